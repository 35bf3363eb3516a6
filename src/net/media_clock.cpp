#include "net/media_clock.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace offhook::net {

namespace {

std::size_t phase_of(Time grid) {
  return static_cast<std::size_t>(grid.time_since_epoch() / MediaClock::step) % MediaClock::phases;
}

Time first_after(Time now) {
  return Time((now.time_since_epoch() / MediaClock::step + 1) * MediaClock::step);
}

}  // namespace

MediaClock::MediaClock(Loop& loop) : loop_(loop), timer_(loop, [this] { beat(); }) {}

std::size_t MediaClock::size() const {
  return std::accumulate(live_.begin(), live_.end(), std::size_t{0});
}

void MediaClock::add(Listener& listener) {
  for (const auto& places : places_)
    if (std::any_of(places.begin(), places.end(), [&](const Place& p) { return p.listener == &listener; })) return;
  const std::size_t phase = static_cast<std::size_t>(std::min_element(live_.begin(), live_.end()) - live_.begin());
  const Time from = first_after(loop_.now());
  const bool first_of_all = size() == 0;
  places_[phase].push_back({&listener, from});
  ++live_[phase];
  if (beating_ != phases) return;  // beat() arms when it is done
  if (first_of_all)
    next_ = from;
  else if (live_[phase] == 1)
    next_ = std::min(next_, from);  // the timer may be set beyond this phase, which was empty until now
  else
    return;
  arm();
}

void MediaClock::remove(Listener& listener) {
  for (std::size_t phase = 0; phase < phases; ++phase) {
    auto& places = places_[phase];
    const auto found =
        std::find_if(places.begin(), places.end(), [&](const Place& p) { return p.listener == &listener; });
    if (found == places.end()) continue;
    --live_[phase];
    if (phase == beating_)
      found->listener = nullptr;
    else
      places.erase(found);
    break;
  }
  if (size() > 0) return;
  timer_.cancel();
  lateness_ = {};  // of nobody; or an idle loop would look late for ever
}

void MediaClock::beat() {
  const Time now = loop_.now();
  lateness_ = now - next_;
  if (told_) told_(now, lateness_);
  const std::int64_t owed = lateness_ / period + 1;
  if (owed > most_owed) {
    next_ += (owed - most_owed) * period;
    skipped_ += static_cast<std::uint64_t>(owed - most_owed);
  }
  const Time grid = next_;
  next_ += step;
  deliver(grid, now);
  if (size() > 0) arm();
}

void MediaClock::deliver(Time grid, Time now) {
  beating_ = phase_of(grid);
  auto& places = places_[beating_];
  const std::size_t present = places.size();  // who is added meanwhile stands behind
  for (std::size_t i = 0; i < present; ++i)
    if (const Place place = places[i]; place.listener && place.from <= grid) place.listener->on_frame(now);
  beating_ = phases;
  std::erase_if(places, [](const Place& p) { return !p.listener; });
}

void MediaClock::arm() {
  while (live_[phase_of(next_)] == 0) next_ += step;
  timer_.at(next_);
}

}  // namespace offhook::net

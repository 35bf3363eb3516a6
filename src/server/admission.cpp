#include "server/admission.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace offhook::server {
namespace {

std::uint32_t microseconds(Duration d) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(d.count(), 0, std::numeric_limits<std::uint32_t>::max()));
}

double share(Duration level, Duration bound) {
  return bound == Duration::zero() ? 0 : static_cast<double>(level.count()) / static_cast<double>(bound.count());
}

std::int64_t moment(Time at) {  // never 0, which means free
  return std::max<std::int64_t>(1, at.time_since_epoch().count());
}

}  // namespace

Admission::Admission(AdmissionSettings settings, std::size_t loops)
    : settings_(settings), per_second_(static_cast<double>(settings.ramp) * static_cast<double>(loops)) {
  for (std::size_t i = 0; i < loops; ++i) lateness_.emplace_back(kLatenessSlot);
}

void Admission::note_lateness(std::size_t loop, Time now, Duration late) {
  if (is_open() && loop < lateness_.size()) lateness_[loop].raise(now, microseconds(late));
}

void Admission::note_age(Time now, Duration late) {
  if (is_open()) age_.raise(now, microseconds(late));
}

// The worst loop's: which one a call will live on is not known when the webhook asks.
Duration Admission::lateness(Time now) const {
  std::uint32_t worst = 0;
  for (const RecentSlots& loop : lateness_) worst = std::max(worst, loop.third_highest(now));
  return Duration(worst);
}

Duration Admission::age(Time now) const {
  return Duration(age_.third_highest(now));
}

std::optional<Refusal> Admission::promise(Time now) {
  forget_promises(now);
  auto why = obstacle(now);
  if (!why && !take_place()) why = Refusal::max_calls;
  if (why) {
    offered_.fetch_add(1, std::memory_order_relaxed);
    return refuse(*why);
  }
  note_begun(now);
  promised_.fetch_add(1, std::memory_order_relaxed);
  for (auto& until : kept_until_) {
    std::int64_t free = 0;
    if (!until.compare_exchange_strong(free, moment(now + kPromise), std::memory_order_acq_rel)) continue;
    promises_.fetch_add(1, std::memory_order_acq_rel);
    return std::nullopt;
  }
  places_.fetch_sub(1, std::memory_order_acq_rel);
  return std::nullopt;
}

std::variant<Admission::Place, Refusal> Admission::admit(Time now) {
  offered_.fetch_add(1, std::memory_order_relaxed);
  forget_promises(now);
  if (redeem_promise()) {
    kept_.fetch_add(1, std::memory_order_relaxed);
  } else {
    if (const auto why = obstacle(now)) return refuse(*why);
    if (!take_place()) return refuse(Refusal::max_calls);
    note_begun(now);
  }
  admitted_.fetch_add(1, std::memory_order_relaxed);
  calls_.fetch_add(1, std::memory_order_acq_rel);
  return Place(this);
}

std::optional<Refusal> Admission::obstacle(Time now) {
  switch (state_.load(std::memory_order_acquire)) {
    case State::loading: return Refusal::loading;
    case State::closed: return Refusal::draining;
    case State::open: break;
  }
  const Duration late = lateness(now), old = age(now);
  const bool by_lateness = beyond(by_lateness_, late), by_age = beyond(by_age_, old);
  if (by_lateness) return Refusal::lateness;
  if (by_age) return Refusal::age;
  if (steep(now, late, old)) return Refusal::ramp;
  return std::nullopt;
}

bool Admission::beyond(Signal& signal, Duration level) const {
  if (signal.bound == Duration::zero()) return false;
  if (level >= signal.bound)
    signal.refuses.store(true, std::memory_order_relaxed);
  else if (share(level, signal.bound) < settings_.recovered)
    signal.refuses.store(false, std::memory_order_relaxed);
  return signal.refuses.load(std::memory_order_relaxed);
}

bool Admission::steep(Time now, Duration late, Duration old) const {
  if (per_second_ == 0) return false;
  const double by_lateness = share(late, settings_.lateness), by_age = share(old, settings_.age);
  if (begun_.sum(now) >= std::max(1.0, per_second_ * (1 - std::max(by_lateness, by_age)))) return true;
  const double calls = places_.load(std::memory_order_relaxed), young = young_.sum(now);
  const double growth = std::min(kMostGrowth, (calls + 1) / std::max(1.0, calls - young));
  return by_age * growth >= 1;
}

void Admission::note_begun(Time now) {
  begun_.add(now, 1);
  young_.add(now, 1);
}

bool Admission::take_place() {
  int taken = places_.load(std::memory_order_acquire);
  do {
    if (settings_.max_calls > 0 && taken >= settings_.max_calls) return false;
  } while (!places_.compare_exchange_weak(taken, taken + 1, std::memory_order_acq_rel));
  return true;
}

void Admission::forget_promises(Time now) {
  if (promises_.load(std::memory_order_acquire) == 0) return;
  for (auto& until : kept_until_) {
    std::int64_t seen = until.load(std::memory_order_acquire);
    if (seen == 0 || seen > moment(now) || !until.compare_exchange_strong(seen, 0, std::memory_order_acq_rel)) continue;
    promises_.fetch_sub(1, std::memory_order_acq_rel);
    places_.fetch_sub(1, std::memory_order_acq_rel);
  }
}

// The place goes from the promise to the call.
bool Admission::redeem_promise() {
  if (promises_.load(std::memory_order_acquire) == 0) return false;
  for (auto& until : kept_until_) {
    std::int64_t seen = until.load(std::memory_order_acquire);
    if (seen == 0 || !until.compare_exchange_strong(seen, 0, std::memory_order_acq_rel)) continue;
    promises_.fetch_sub(1, std::memory_order_acq_rel);
    return true;
  }
  return false;
}

void Admission::leave() {
  calls_.fetch_sub(1, std::memory_order_acq_rel);
  places_.fetch_sub(1, std::memory_order_acq_rel);
}

Refusal Admission::refuse(Refusal why) {
  refused_[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
  return why;
}

Admission::Counts Admission::counts() const {
  const auto n = [](const Counter& c) { return c.load(std::memory_order_relaxed); };
  Counts out{n(offered_), n(admitted_), n(promised_), n(kept_), {}};
  for (std::size_t i = 0; i < refused_.size(); ++i) out.refused[i] = n(refused_[i]);
  return out;
}

void scrape_admission(telemetry::Scrape& scrape, const Admission& admission, Time now) {
  const Admission::Counts n = admission.counts();
  scrape.counter("offhook_calls_offered_total", "Calls that asked to be taken: admitted or refused.", n.offered);
  scrape.counter("offhook_calls_admitted_total", "Calls that were given a place.", n.admitted);
  for (std::size_t i = 0; i < n.refused.size(); ++i)
    scrape.counter("offhook_calls_refused_total", "Calls that were not, by why.", n.refused[i],
                   telemetry::label("reason", refusal_names[i]));
  scrape.counter("offhook_webhooks_promised_total", "Webhooks that were told to send their call.", n.promised);
  scrape.counter("offhook_promises_kept_total", "Promised places that a call came for.", n.kept);
  scrape.gauge("offhook_places_taken", "Calls that hold a place now.", admission.calls());
  const auto seconds = [](Duration d) { return static_cast<double>(d.count()) / 1e6; };
  scrape.gauge("offhook_admission_level_seconds", "What admission compares with its bounds.",
               seconds(admission.lateness(now)), "signal=\"lateness\"");
  scrape.gauge("offhook_admission_level_seconds", "", seconds(admission.age(now)), "signal=\"age\"");
}

}  // namespace offhook::server

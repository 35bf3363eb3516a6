#include "call/cut_in.hpp"

#include <algorithm>
#include <map>

#include "call/machines.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

constexpr Duration kSpokeOn = 200ms;
constexpr Duration kSoon = 1200ms;
constexpr Duration kLongPause = 5s;  // beyond, it is not the same turn any more, however long it was waited for
constexpr Duration kReaction = 500ms;
constexpr Duration kWindow = kVadWindow;

}  // namespace

void SpeechTrack::saw(const State& state, const Event& event, Time now) {
  const Floor& f = state.floor;
  const Settings& s = state.settings;
  const auto* window = get<event::Window>(event);
  if (window) heard_ = now;
  slack_ = samples_in(3 * kWindow, s);  // a service may find an end some windows before we do
  if (auto* t = get<event::Transcript>(event)) texts_.push_back({t->utterance, t->upto, t->text});
  if (f.speech.on && !open_) {
    open_ = true;
    const Duration so_far = span_of(f.speech.heard_to - f.speech.candidate, s);
    stretches_.push_back({now - so_far, now, so_far, f.speech.heard_to, true});
  } else if (f.speech.on && window && window->speech >= s.speech_keep) {
    stretches_.back().spoken += kWindow;
  } else if (!f.speech.on && open_) {
    open_ = false;
    auto& last = stretches_.back();
    last.to = f.turn ? std::max(last.from, f.turn->speech_end_at) : now;
    last.upto = f.turn ? f.turn->speech_end : f.speech.heard_to;
  }
}

void SpeechTrack::finish() {
  if (open_) stretches_.back().to = heard_;
  open_ = false;
  learn_words();
  latest_from_.clear(), latest_to_.clear();
  Time from = Time::min(), to = Time::min();
  for (const auto& s : stretches_) {
    latest_from_.push_back(from = std::max(from, s.from));
    latest_to_.push_back(to = std::max(to, s.to));
  }
}

// The first transcript that covers a stretch tells whether it has added words to those before.
void SpeechTrack::learn_words() {
  std::vector<Sample> furthest;  // that a text and those before it reach
  std::vector<bool> new_words;   // does it add any to the utterance's text before it?
  std::map<Utterance, std::size_t> said;
  for (const auto& text : texts_) {
    furthest.push_back(furthest.empty() ? text.upto : std::max(furthest.back(), text.upto));
    const std::size_t words = dialog::words_of(text.words).size();
    new_words.push_back(words > said[text.utterance] && !dialog::is_backchannel(text.words));
    said[text.utterance] = words;
  }
  for (auto& stretch : stretches_) {
    const auto covers = std::lower_bound(furthest.begin(), furthest.end(), stretch.upto - slack_);
    if (covers != furthest.end()) stretch.words = new_words[static_cast<std::size_t>(covers - furthest.begin())];
  }
}

Taken SpeechTrack::judged(int turn, Time at, std::string why, const std::optional<Answered>& recorded,
                          Time until) const {
  Taken taken{turn, at, {}, false, std::move(why)};
  if (recorded && recorded->audible) until = std::min(until, *recorded->audible + kReaction);
  Time soon = at + kSoon;
  if (recorded) soon = std::max(soon, std::min(recorded->taken + kSoon, at + kLongPause));
  std::optional<Time> finished;
  // All before the first that may end behind `at` have finished.
  const auto open = std::upper_bound(latest_to_.begin(), latest_to_.end(), at) - latest_to_.begin();
  const auto counted = std::min(std::upper_bound(latest_from_.begin(), latest_from_.end(), soon),
                                std::lower_bound(latest_from_.begin(), latest_from_.end(), until)) -
                       latest_from_.begin();
  auto next = static_cast<std::size_t>(std::min(open, counted));
  if (next > 0) finished = stretches_[next - 1].to;
  for (; next < static_cast<std::size_t>(counted); ++next) {
    const auto& s = stretches_[next];
    if (s.to <= at) {
      finished = s.to;
    } else if (s.from <= at) {
      taken.cut_in = s.words && s.to - at >= kSpokeOn;
      if (s.words && !taken.cut_in) finished = at;  // the very end of it
    } else {
      taken.cut_in = s.words && s.spoken >= kSpokeOn;
    }
    if (taken.cut_in) break;
  }
  if (finished) taken.wait = at - *finished;
  return taken;
}

}  // namespace offhook::call

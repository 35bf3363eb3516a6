#include "call/cut_in.hpp"

#include <algorithm>

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
}

// The first transcript that covers a stretch tells whether it has added words to those before.
void SpeechTrack::learn_words() {
  for (auto& stretch : stretches_) {
    const auto covers = [&](const Text& t) { return t.upto >= stretch.upto - slack_; };
    const auto text = std::find_if(texts_.begin(), texts_.end(), covers);
    if (text == texts_.end()) continue;
    std::size_t before = 0;
    for (auto earlier = texts_.begin(); earlier != text; ++earlier)
      if (earlier->utterance == text->utterance) before = dialog::words_of(earlier->words).size();
    stretch.words = dialog::words_of(text->words).size() > before && !dialog::is_backchannel(text->words);
  }
}

Taken SpeechTrack::judged(int turn, Time at, std::string why, const std::optional<Answered>& recorded,
                          Time until) const {
  Taken taken{turn, at, {}, false, std::move(why)};
  if (recorded && recorded->audible) until = std::min(until, *recorded->audible + kReaction);
  Time soon = at + kSoon;
  if (recorded) soon = std::max(soon, std::min(recorded->taken + kSoon, at + kLongPause));
  std::optional<Time> finished;
  for (const auto& s : stretches_) {
    if (s.from > soon || s.from >= until) break;
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

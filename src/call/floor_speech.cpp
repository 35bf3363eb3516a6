// Windows of sound become speech and pauses, speech becomes a turn; what is asked at a pause.
#include <algorithm>
#include <cstdio>
#include <iterator>

#include "call/floor_machine.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

// The turn model is asked again as the pause grows: most of its doubts about a turn that has ended go with the first
// half second of silence.
constexpr Duration kScoreAgain[] = {250ms, 450ms, 750ms, 1200ms, 2000ms};
constexpr Duration kScoreTakes = 80ms;  // a verdict that comes when the wait is over anyway is not asked for
constexpr Duration kCutIn = 1500ms;     // a caller who goes on so soon after their turn was taken had not finished

bool muted(const State& all) {
  switch (all.settings.mute) {
    case Mute::none: return false;
    case Mute::always: return all.reply.out() && all.reply.audible;
    case Mute::greeting: return all.reply.kind == Reply::Kind::greeting;
    case Mute::tools: return !all.task.running.empty();
  }
  return false;
}

}  // namespace

int FloorMachine::counts(const event::Window& w) const {
  return muted(all_) || w.echo >= s_.echo_most ? 0 : w.speech;
}

void FloorMachine::sound(const event::Window& w) {
  std::optional<int> loudest;
  if (f_.turn) loudest = f_.speech.on ? f_.turn->level = std::min(f_.turn->level, w.level) : f_.turn->level;
  switch (hear(f_.speech, w, counts(w), out() ? s_.overlap_windows : s_.start_windows, loudest, s_)) {
    case Heard::nothing: break;
    case Heard::began: speech_began(w); break;
    case Heard::speech:
      if (f_.turn) f_.turn->spoken += kVadWindow;
      break;
    case Heard::paused: {
      const Sample end = speech_end(f_.speech);
      pause(end, now_ - span_of(w.end - end, s_));
      break;
    }
  }
}

void FloorMachine::speech_began(const event::Window& w) {
  const Duration so_far = span_of(w.end - f_.speech.candidate, s_);
  if (f_.turn) {  // the pause was only a pause
    auto& turn = *f_.turn;
    if (turn.paused && !out()) f_.pace = learn_pace(f_.pace, now_ - so_far - turn.speech_end_at);
    turn.paused = turn.words_final = turn.words_failed = turn.score_due = turn.signalled = false;
    turn.permille = -1;
    turn.spoken += so_far;
    turn.level = std::min(turn.level, w.level);
  } else {
    learn_from_cut_in(now_ - so_far);
    Floor::Turn turn;
    turn.utterance = ++f_.utterances;
    turn.start = f_.speech.candidate;
    turn.started_at = now_ - so_far;
    turn.spoken = so_far;
    turn.level = w.level;
    out_.push_back({action::Listen{turn.utterance, std::max<Sample>(0, turn.start - samples_in(s_.run_up, s_))},
                    with_ms("speech for", so_far)});
    f_.turn = std::move(turn);
  }
  if (out() && f_.turn->overlap != Floor::Overlap::won) overlap(so_far);
}

void FloorMachine::learn_from_cut_in(Time from) {
  if (f_.taken_at == Time{} || all_.reply.audible || from - f_.taken_at > kCutIn) return;
  f_.pace = learn_pace(f_.pace, from - f_.taken_end);
  f_.taken_at = Time{};
}

void FloorMachine::pause(Sample speech_end, Time speech_end_at) {
  f_.speech.on = false;
  f_.speech.quiet_windows = f_.speech.loud_windows = 0;
  if (!f_.turn) return;
  auto& turn = *f_.turn;
  turn.paused = true;
  turn.speech_end = speech_end;
  turn.speech_end_at = std::max(speech_end_at, turn.started_at);
  turn.noticed_at = now_;
  turn.words_final = covers(turn.words_upto);
  turn.words_failed = turn.excused = false;
  turn.permille = -1;
  turn.scores = 0;
  out_.push_back(
      {action::Transcribe{turn.utterance, speech_end}, with_ms("pause noticed after", now_ - turn.speech_end_at)});
  // Only where the verdict could change the wait.
  turn.score_due = s_.detector && !theirs() && s_.max_delay > s_.min_delay &&
                   turn.overlap != Floor::Overlap::dismissed && !turn.over;
  if (turn.score_due) out_.push_back({action::ScoreTurn{turn.utterance, speech_end}, "its verdict bends the wait"});
  score_words();
  weigh();
  prepare();
}

void FloorMachine::score_words() {
  constexpr int kMost = 12;  // a turn: waste is bounded
  if (!s_.word_scorer || !f_.turn || f_.turn->over || theirs() || s_.rule != Rule::curve) return;
  auto& turn = *f_.turn;
  if (turn.overlap == Floor::Overlap::dismissed || turn.word_scores >= kMost) return;
  if (!turn.paused && f_.speech.quiet_windows == 0) return;
  if (dialog::same_words(turn.scored_words, turn.words) || !words_leave_open(evidence())) return;
  ++turn.word_scores;
  turn.scored_words = turn.words;
  turn.scored_upto = f_.speech.heard_to;
  turn.word_permille = -1;
  turn.word_score_due = true;
  turn.word_score_by = later(now_, s_.word_score_patience);
  out_.push_back({action::ScoreWords{turn.utterance, turn.scored_upto, turn.words}, "the words alone leave it open"});
}

void FloorMachine::score_again() {
  if (!f_.turn || !f_.turn->paused || f_.turn->score_due || f_.turn->permille < 0 || f_.turn->over) return;
  auto& turn = *f_.turn;
  if (turn.scores >= std::ssize(kScoreAgain) || turn.overlap == Floor::Overlap::dismissed) return;
  const Duration silence = now_ - turn.speech_end_at;
  if (silence < kScoreAgain[turn.scores]) return;
  ++turn.scores;
  if (turn.wait < silence + kScoreTakes) return;
  turn.score_due = true;
  out_.push_back(
      {action::ScoreTurn{turn.utterance, f_.speech.heard_to}, with_ms("asked again after silence of", silence)});
}

bool FloorMachine::covers(Sample upto) const {
  return f_.turn->paused && upto > f_.turn->start && upto >= f_.turn->speech_end - samples_in(kVadWindow, s_);
}

std::string with_ms(const char* what, Duration d) {
  char text[96];
  std::snprintf(text, sizeof text, "%s %.0f ms", what, to_ms(d));
  return text;
}

}  // namespace offhook::call

// Windows of sound become speech and pauses, speech becomes a turn; what is asked at a pause.
#include <algorithm>
#include <cstdio>
#include <iterator>

#include "call/floor_machine.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

// When the turn model is asked, in silence. First just in time for the shortest wait: no break between two words is so
// long. Then again as the pause grows: most of its doubts about a turn that has ended go with the first half second.
constexpr Duration kScoreAgain[] = {320ms, 500ms, 800ms, 1200ms, 2000ms};
constexpr Duration kScoreTakes = 80ms;   // a verdict that comes when the wait is over anyway is not asked for
constexpr Duration kScoreAhead = 120ms;  // of the shortest wait
constexpr Duration kWorthAScore =
    100ms;                           // of waiting: a verdict that cannot change more is not worth its 30 ms of a core
constexpr Duration kCutIn = 1500ms;  // a caller who goes on so soon after their turn was taken had not finished

bool muted(const State& all) {
  switch (all.settings.mute) {
    case Mute::none: return false;
    case Mute::always: return all.reply.out() && all.reply.audible;
    case Mute::greeting: return all.reply.kind == Reply::Kind::greeting;
    case Mute::tools: return all.task.working();
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
    if (turn.paused && !out()) f_.pace = learn_pace(s_, f_.pace, now_ - so_far - turn.speech_end_at);
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
  f_.pace = learn_pace(s_, f_.pace, from - f_.taken_end);
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
  score_words();
  weigh();
  score_turn();
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

// Asked where its verdict could change the wait, as far as the words are known.
void FloorMachine::score_turn() {
  if (!s_.detector || !f_.turn || !f_.turn->paused || f_.turn->score_due || f_.turn->over || theirs()) return;
  auto& turn = *f_.turn;
  if (turn.overlap == Floor::Overlap::dismissed) return;
  const Duration silence = now_ - turn.speech_end_at;
  std::string why;
  if (turn.scores == 0) {
    const bool rule_waits = s_.rule == Rule::curve;  // the other one is nothing but the verdict
    if (rule_waits && (silence < s_.min_delay - kScoreAhead || f_.speech.loud_windows > 0)) return;
    if (!verdict_matters()) return;
    why = "its verdict bends the wait";
  } else {
    if (turn.permille < 0 || turn.scores > std::ssize(kScoreAgain)) return;
    if (silence < kScoreAgain[turn.scores - 1]) return;
    why = with_ms("asked again after silence of", silence);
  }
  const bool too_late = turn.scores > 0 && turn.wait < silence + kScoreTakes;
  do ++turn.scores;
  while (turn.scores <= std::ssize(kScoreAgain) && silence >= kScoreAgain[turn.scores - 1]);
  if (too_late) return;
  turn.score_due = true;
  out_.push_back({action::ScoreTurn{turn.utterance, f_.speech.heard_to}, why});
}

bool FloorMachine::verdict_matters() const {
  Evidence least = evidence(), most = least;
  least.permille = 0;
  most.permille = 1000;
  return endpoint_wait(s_, least) - endpoint_wait(s_, most) >= kWorthAScore;
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

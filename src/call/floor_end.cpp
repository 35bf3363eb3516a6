// The end of a turn: what is prepared for it, when it is taken, and what becomes of it.
#include <algorithm>
#include <iterator>

#include "call/floor_machine.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

constexpr Duration kSpoke = 300ms;   // speech of which a caller expects that it was heard
constexpr Duration kVoiced = 600ms;  // … even where the recogniser finds no word in it: the first time

}  // namespace

void FloorMachine::weigh() {
  auto& turn = *f_.turn;
  turn.wait = theirs() ? s_.max_delay : endpoint_wait(s_, evidence());
  if (turn.words_final && turn.words.empty()) turn.wait = std::min(turn.wait, s_.wordless);
}

void FloorMachine::prepare() {
  if (!s_.speculate || !f_.turn || out() || d_.flush || dialog::words_of(f_.turn->words).empty()) return;
  auto& turn = *f_.turn;
  // A service that finds the end of speech by itself may be ahead of our notice of the pause.
  const bool ahead = turn.words_upto >= f_.speech.quiet_from - samples_in(kVadWindow, s_);
  const bool stable = turn.words_stable >= std::ssize(dialog::words_of(turn.words));
  const bool silent = turn.paused || f_.speech.quiet_windows > 0;
  if (!(turn.paused && turn.words_final) && !(silent && (stable || (!turn.paused && ahead)))) return;
  if (!dialog::same_words(turn.prepared, turn.words)) {
    if (turn.preparations >= s_.speculations) return;  // waste is bounded
    ++turn.preparations;
    turn.prepared = turn.words;
  }
  d_.speculate = turn.words;
}

void FloorMachine::decide() {
  score_turn();
  if (!f_.turn || d_.flush) return;  // after a flush: when it is known what was heard
  auto& turn = *f_.turn;
  if (!turn.paused && now_ >= later(turn.started_at, s_.longest_turn)) {
    turn.over = true;  // enough: taken in mid-speech, with the words so far
    pause(f_.speech.heard_to, now_);
  }
  const bool tail =
      waits_for_the_reply(turn) && out() && now_ < later(turn.started_at, s_.longest_turn);  // its last words first
  if (theirs() && turn.signalled && !turn.over && !tail) {
    if (!turn.paused) pause(f_.speech.heard_to, all_.line.last_sound);
    return take("the recogniser says that the turn is over");
  }
  if (!turn.paused) return;
  if (!turn.words_final && !turn.words_failed && now_ < words_by(f_, s_)) return;
  if (turn.over) return take("the longest turn is over");
  if (turn.score_due && now_ < later(turn.noticed_at, s_.score_patience)) return;
  if (turn.word_score_due && now_ < turn.word_score_by) return;
  if (tail) return;
  if (now_ < later(turn.speech_end_at, turn.wait)) return;
  if (theirs() && !dialog::words_of(turn.words).empty()) {
    f_.finds_turns = false;  // the next turn is judged here
    return take("the recogniser did not end the turn in time");
  }
  take(endpoint_why(s_, evidence()));
}

void FloorMachine::take(const std::string& why) {
  auto& turn = *f_.turn;
  if (held() && turn.overlap == Floor::Overlap::undecided) dismiss("the caller has finished");
  if (out()) return drop("spoken over the agent: " + why);
  if (turn.overlap == Floor::Overlap::dismissed && far_away(turn, all_)) return drop("quieter than the caller: " + why);
  // A transcript that was not waited for takes at least so long: else it would never be learnt.
  if (turn.paused && !turn.words_final && !turn.words_failed && !turn.over && !turn.signalled)
    f_.words_late = learn_lateness(s_, f_.words_late, 2 * (now_ - turn.noticed_at));
  if (dialog::words_of(turn.words).empty()) return take_without_words(why);
  Decisions::Commit commit;
  commit.text = turn.words;
  commit.why = "endpoint: " + why;
  commit.times = {++f_.turns, turn.speech_end_at, turn.noticed_at, turn.words_at, now_};
  f_.taken_at = now_;
  f_.taken_end = turn.speech_end_at;
  f_.expects = dialog::Expects::none;
  f_.expects_told = false;
  f_.wordless = 0;
  if (turn.overlap == Floor::Overlap::none)
    f_.usual_level = f_.usual_level < 0 ? turn.level : (3 * f_.usual_level + turn.level + 2) / 4;
  out_.push_back({action::StopListening{turn.utterance}, commit.why});
  out_.push_back({action::CallerSaid{turn.utterance, turn.words, true}, commit.why});
  f_.turn.reset();
  d_.commit = std::move(commit);
}

void FloorMachine::take_without_words(const std::string& why) {
  auto& turn = *f_.turn;
  const bool unheard = !turn.words_final && turn.spoken >= kSpoke && !turn.excused;
  const bool voiced =
      turn.spoken >= kVoiced && turn.overlap == Floor::Overlap::none && !turn.excused && f_.wordless++ == 0;
  const bool silenced = turn.overlap == Floor::Overlap::won;
  if (silenced) remember_empty_hold();
  if (unheard || voiced || silenced)
    d_.say = Decisions::Say{Reply::Kind::apology, s_.apology_text,
                            silenced  ? "the agent fell silent for no words"
                            : unheard ? "the caller spoke, but there is no transcript"
                                      : "a voice without words"};
  if (unheard && !turn.words_failed && !turn.over && now_ < later(turn.noticed_at, s_.words_patience)) {
    turn.excused = true;
    turn.overlap = Floor::Overlap::none;  // over the apology it is one like any other
    turn.needs_words = turn.empty_hold = false;
  } else
    drop("no words in it: " + why);
}

Time words_by(const Floor& f, const Settings& s) {
  return later(f.turn->noticed_at, f.turn->excused ? s.words_patience : words_wait(s, f.turn->words, f.words_late));
}

}  // namespace offhook::call

// Who has the word. Windows of sound become speech and pauses (hysteresis), speech becomes a turn, a pause ends it when
// the endpointing says so. Speech over the agent is an overlap: held, judged, resumed or flushed.
//
//   caller   ────████████──────█████───────────────
//   turn         begin   pause      pause   wait  commit
//   asked        listen  transcribe transcribe
//                        score      score
//   reply                speculate  speculate     released
#include <algorithm>
#include <iterator>
#include <limits>

#include "call/floor_machine.hpp"
#include "dialog/echoed.hpp"
#include "dialog/expects.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

constexpr Duration kEchoKnown = 20s;    // behind the last window with some echo in it: the line may bring more
constexpr int kSomeEcho = 100;          // of 255
constexpr Duration kAfterglow = 700ms;  // behind the agent's voice its echo may still be on the way

// What was heard of the reply that this event ends, if it ends one.
std::optional<std::string> ends(const Event& event, const Reply& reply) {
  if (!reply.exists()) return std::nullopt;
  if (auto* f = get<event::Flushed>(event); f && f->generation == reply.generation)
    return heard_text(reply.clauses, f->heard, reply.pace);
  if (auto* d = get<event::Drained>(event); d && d->generation == reply.generation)
    return whole_text(reply.clauses, reply.pace);
  return std::nullopt;
}

}  // namespace

void FloorMachine::window(event::Window w) {
  if (w.end <= f_.speech.heard_to) return;
  w.level = std::clamp(w.level, 0, 127);
  const Sample begin = w.end - samples_in(kVadWindow, s_);
  if (begin - f_.speech.heard_to > samples_in(s_.no_sound, s_)) {  // after a gap the sound begins anew
    f_.speech.loud_windows = 0;
    if (f_.speech.on) pause(f_.speech.heard_to, all_.line.last_sound);
  }
  f_.speech.heard_to = w.end;
  if (w.echo >= kSomeEcho) f_.echo_at = now_;
  if (!f_.turn || !f_.turn->over) sound(w);
  judge();
  decide();
}

void FloorMachine::partial(const event::Partial& p) {
  if (!f_.turn || f_.turn->utterance != p.utterance || f_.turn->words_final) return;
  if (echoed(p.text)) return;
  set_words(p.text);
  f_.turn->words_stable = p.stable_words;
  out_.push_back({action::CallerSaid{p.utterance, p.text, false}, "partial transcript"});
  if (all_.reply.exists() && !all_.reply.released &&
      dialog::words_of(p.text).size() > dialog::words_of(all_.reply.asked).size())
    d_.withdraw = "the caller has said more";
  judge();
  if (!d_.withdraw) prepare();
}

void FloorMachine::transcript(const event::Transcript& t) {
  if (!f_.turn || f_.turn->utterance != t.utterance || t.upto < f_.turn->words_upto) return;
  auto& turn = *f_.turn;
  set_words(echoed(t.text) ? "" : t.text);
  turn.words_upto = std::min(t.upto, f_.speech.heard_to);  // may be ahead of our notice of the pause
  const bool was_final = std::exchange(turn.words_final, turn.paused && covers(turn.words_upto));
  turn.words_at = now_;
  weigh();
  if (turn.words_final && !was_final) f_.words_late = learn_lateness(s_, f_.words_late, now_ - turn.noticed_at);
  out_.push_back({action::CallerSaid{t.utterance, turn.words, false},
                  turn.words.size() < t.text.size() ? "the agent's own words came back" : "transcript of a pause"});
  judge();
  prepare();
  decide();
}

void FloorMachine::transcript_failed(const event::TranscriptFailed& t) {
  if (!f_.turn || f_.turn->utterance != t.utterance || !f_.turn->paused || f_.turn->words_final || !covers(t.upto))
    return;
  f_.turn->words_failed = true;
  f_.turn->words_at = now_;
  judge();
  decide();
}

void FloorMachine::signalled(const event::TurnSignalled& t) {
  using Kind = event::TurnSignalled::Kind;
  if (!f_.turn || f_.turn->utterance != t.utterance) return;
  auto& turn = *f_.turn;
  if (t.kind == Kind::resumed) {
    turn.signalled = false;
    if (all_.reply.exists() && !all_.reply.released) d_.withdraw = "the recogniser hears the turn go on";
    return;
  }
  f_.finds_turns = true;
  if (echoed(t.text)) return;
  set_words(t.text);
  out_.push_back({action::CallerSaid{t.utterance, t.text, false}, "the recogniser's own turn"});
  judge();
  if (turn.paused) {
    turn.words_final = true;
    turn.words_upto = turn.speech_end;
    turn.words_at = now_;
  }
  if (t.kind == Kind::ended) turn.signalled = true;
  if (s_.owner != Owner::stt) {
    turn.permille = std::max(turn.permille, std::clamp(t.permille, 0, 1000));
    weigh();
  } else if (!out() && !d_.flush && !dialog::words_of(turn.words).empty()) {
    d_.speculate = turn.words;
  }
  prepare();
  decide();
}

void FloorMachine::scored(const event::TurnScored& t) {
  if (!f_.turn || f_.turn->utterance != t.utterance || !f_.turn->paused || !covers(t.upto)) return;
  f_.turn->permille = std::max(f_.turn->permille, t.permille);  // more silence only adds evidence
  f_.turn->score_due = false;
  weigh();
  decide();
}

void FloorMachine::words_scored(const event::WordsScored& t) {
  if (!f_.turn || f_.turn->utterance != t.utterance || !f_.turn->word_score_due || f_.turn->scored_upto != t.upto)
    return;
  f_.turn->word_permille = std::clamp(t.permille, -1, 1000);
  f_.turn->word_score_due = false;
  weigh();
  decide();
}

void FloorMachine::time_passed() {
  if (f_.speech.on && now_ >= later(all_.line.last_sound, s_.no_sound)) pause(f_.speech.heard_to, all_.line.last_sound);
  judge();
  decide();
}

void FloorMachine::reply_over(const std::string& heard) {
  f_.agent_said = heard;
  f_.agent_until = now_;
  if (all_.reply.audible) f_.taken_at = Time{};  // the turn has its answer
  const Reply::Kind kind = all_.reply.kind;
  if (!f_.expects_told && (kind == Reply::Kind::greeting || kind == Reply::Kind::answer)) {
    f_.expects = dialog::expected_by(heard);
    if (const FlowSlot* slot = asked_for(all_); slot && f_.expects == dialog::Expects::none)
      f_.expects = dialog::expected_by(slot->kind);
  }
  if (f_.turn) weigh();
  prepare();
  decide();
}

void FloorMachine::expecting(const event::Expecting& e) {
  f_.expects = e.what;
  f_.expects_told = e.what != dialog::Expects::none;
  if (f_.turn) weigh();
}

void FloorMachine::drop(const std::string& why) {
  if (!f_.turn) return;
  out_.push_back({action::StopListening{f_.turn->utterance}, why});
  if (all_.reply.exists() && !all_.reply.released) d_.withdraw = why;
  f_.turn.reset();
}

void FloorMachine::set_words(const std::string& text) {
  auto& turn = *f_.turn;
  if (!dialog::same_words(turn.scored_words, text)) {
    turn.scored_words.clear();
    turn.word_permille = -1;
    turn.word_score_due = false;
  }
  turn.words = text;
  turn.words_stable = std::numeric_limits<int>::max();
  if (turn.empty_hold && !text.empty()) {  // its words were only late
    if (!f_.empty_holds.empty()) f_.empty_holds.pop_back();
    turn.empty_hold = false;
  }
  score_words();
  weigh();
}

bool FloorMachine::echoed(const std::string& text) const {
  const Reply& reply = all_.reply;
  const bool brings = f_.echo_at != Time::min() && now_ - f_.echo_at <= kEchoKnown;
  if (!brings && now_ >= echo_known_by(*f_.turn, all_)) return false;
  const bool before = f_.turn->started_at - f_.agent_until <= kAfterglow && !f_.agent_said.empty();
  if (!before && !reply.out()) return false;
  std::string said = before ? f_.agent_said : "";
  if (reply.out())
    for (const auto& clause : reply.clauses) (said += ' ') += clause.text;
  return dialog::echoed(text, said);
}

void step_floor(Floor& floor, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions) {
  const auto reply_over = ends(event, all.reply);
  FloorMachine machine(floor, all, now, reply_over.has_value(), decisions, actions);
  if (all.line.phase != LineState::Phase::up || get<event::HungUp>(event)) {
    machine.drop("the call is ending");
    return;
  }
  if (auto* w = get<event::Window>(event)) machine.window(*w);
  if (auto* p = get<event::Partial>(event)) machine.partial(*p);
  if (auto* t = get<event::Transcript>(event)) machine.transcript(*t);
  if (auto* t = get<event::TranscriptFailed>(event)) machine.transcript_failed(*t);
  if (auto* t = get<event::TurnSignalled>(event)) machine.signalled(*t);
  if (auto* t = get<event::TurnScored>(event)) machine.scored(*t);
  if (auto* t = get<event::WordsScored>(event)) machine.words_scored(*t);
  if (get<event::Tick>(event)) machine.time_passed();
  if (auto* e = get<event::Expecting>(event)) machine.expecting(*e);
  if (reply_over) machine.reply_over(*reply_over);
}

Time deadline_of(const Floor& floor, const State& all) {
  const Settings& s = all.settings;
  if (all.line.phase != LineState::Phase::up || !floor.turn) return Time::max();
  const auto& turn = *floor.turn;
  Time next = Time::max();
  if (floor.speech.on) next = later(all.line.last_sound, s.no_sound);
  if (turn.overlap == Floor::Overlap::undecided && all.reply.out())
    next = std::min(next, std::max(judge_by(turn, s), echo_known_by(turn, all)));
  const Time longest = later(turn.started_at, s.longest_turn);
  if (!turn.paused) return std::min(next, longest);
  Time decide = turn.over ? turn.noticed_at : later(turn.speech_end_at, turn.wait);
  if (turn.score_due && !turn.over) decide = std::max(decide, later(turn.noticed_at, s.score_patience));
  if (!turn.words_final && !turn.words_failed) decide = std::max(decide, words_by(floor, s));
  if (turn.word_score_due && !turn.over) decide = std::max(decide, turn.word_score_by);
  if (waits_for_the_reply(turn) && all.reply.out()) decide = std::max(decide, longest);
  return std::min(next, decide);
}

}  // namespace offhook::call

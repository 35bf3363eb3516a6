// Who has the word. Windows of sound become speech and pauses (hysteresis), speech becomes a turn, a pause ends it when
// the endpointing says so. Speech over the agent is an overlap: held, judged, resumed or flushed.
//
//   caller   ────████████──────█████───────────────
//   turn         begin   pause      pause   wait  commit
//   asked        listen  transcribe transcribe
//                        score      score
//   reply                speculate  speculate     released
#include <algorithm>
#include <cstdio>
#include <iterator>

#include "call/endpointing.hpp"
#include "call/machines.hpp"
#include "call/overlap.hpp"
#include "call/speech.hpp"
#include "dialog/echoed.hpp"
#include "dialog/expects.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

// The turn model is asked again as the pause grows: most of its doubts about a turn that has ended go with the first
// half second of silence.
constexpr Duration kScoreAgain[] = {250ms, 450ms, 750ms, 1200ms, 2000ms};
constexpr Duration kScoreTakes = 80ms;  // a verdict that comes when the wait is over anyway is not asked for
constexpr Duration kSpoke = 300ms;      // speech of which a caller expects that it was heard
constexpr Duration kVoiced = 600ms;     // … even where the recogniser finds no word in it: the first time
constexpr Duration kCutIn = 1500ms;     // a caller who goes on so soon after their turn was taken had not finished
constexpr Duration kAfterglow = 700ms;  // behind the agent's voice its echo may still be on the way
constexpr std::size_t kMostHolds = 8;   // remembered

std::string ms(const char* what, Duration d) {
  char text[96];
  std::snprintf(text, sizeof text, "%s %.0f ms", what, to_ms(d));
  return text;
}

// Until when the words of a pause are waited for.
Time words_by(const Floor& f, const Settings& s) {
  return later(f.turn->noticed_at, f.turn->excused ? s.words_patience : words_wait(s, f.turn->words, f.words_late));
}

// It is taken once the reply that is being heard is over.
bool waits_for_the_reply(const Floor::Turn& turn) {
  return turn.tail || turn.excused;
}

bool muted(const State& all) {
  switch (all.settings.mute) {
    case Mute::none: return false;
    case Mute::always: return all.reply.out() && all.reply.audible;
    case Mute::greeting: return all.reply.kind == Reply::Kind::greeting;
    case Mute::tools: return !all.task.running.empty();
  }
  return false;
}

class Machine {
 public:
  // `reply_over`: this event ends the reply that is out.
  Machine(Floor& floor, const State& all, Time now, bool reply_over, Decisions& decisions, Actions& actions)
      : f_(floor), all_(all), s_(all.settings), now_(now), reply_over_(reply_over), d_(decisions), out_(actions) {}

  void window(event::Window w) {
    if (w.end <= f_.speech.heard_to) return;
    w.level = std::clamp(w.level, 0, 127);
    const Sample begin = w.end - samples_in(kVadWindow, s_);
    if (begin - f_.speech.heard_to > samples_in(s_.no_sound, s_)) {  // after a gap the sound begins anew
      f_.speech.loud_windows = 0;
      if (f_.speech.on) pause(f_.speech.heard_to, all_.line.last_sound);
    }
    f_.speech.heard_to = w.end;
    if (!f_.turn || !f_.turn->over) sound(w);
    score_again();
    judge();
    decide();
  }

  void partial(const event::Partial& p) {
    if (!f_.turn || f_.turn->utterance != p.utterance || f_.turn->words_final) return;
    if (echoed(p.text)) return;
    set_words(p.text);
    f_.turn->words_stable = p.stable_words >= std::ssize(dialog::words_of(p.text));
    out_.push_back({action::CallerSaid{p.utterance, p.text, false}, "partial transcript"});
    if (all_.reply.exists() && !all_.reply.released &&
        dialog::words_of(p.text).size() > dialog::words_of(all_.reply.asked).size())
      d_.withdraw = "the caller has said more";
    judge();
    if (!d_.withdraw) prepare();
  }

  void transcript(const event::Transcript& t) {
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

  void transcript_failed(const event::TranscriptFailed& t) {
    if (!f_.turn || f_.turn->utterance != t.utterance || !f_.turn->paused || f_.turn->words_final || !covers(t.upto))
      return;
    f_.turn->words_failed = true;
    f_.turn->words_at = now_;
    judge();
    decide();
  }

  // The recogniser judges the turn itself. Where it owns turns its end is the end; elsewhere it is evidence.
  void signalled(const event::TurnSignalled& t) {
    using Kind = event::TurnSignalled::Kind;
    if (!f_.turn || f_.turn->utterance != t.utterance) return;
    auto& turn = *f_.turn;
    if (t.kind == Kind::resumed) {
      turn.signalled = false;
      if (all_.reply.exists() && !all_.reply.released) d_.withdraw = "the recogniser hears the turn go on";
      return;
    }
    f_.finds_turns = true;
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

  void scored(const event::TurnScored& t) {
    if (!f_.turn || f_.turn->utterance != t.utterance || !f_.turn->paused || !covers(t.upto)) return;
    f_.turn->permille = std::max(f_.turn->permille, t.permille);  // more silence only adds evidence
    f_.turn->score_due = false;
    weigh();
    decide();
  }

  void time_passed() {
    if (f_.speech.on && now_ >= later(all_.line.last_sound, s_.no_sound))
      pause(f_.speech.heard_to, all_.line.last_sound);
    judge();
    decide();
  }

  // The agent has just fallen silent: what the caller has said meanwhile is a turn like any other. What the agent has
  // asked says what to wait for.
  void reply_over(const std::string& heard) {
    f_.agent_said = heard;
    f_.agent_until = now_;
    const Reply::Kind kind = all_.reply.kind;
    if (!f_.expects_told && (kind == Reply::Kind::greeting || kind == Reply::Kind::answer))
      f_.expects = dialog::expected_by(heard);
    if (f_.turn) weigh();
    prepare();
    decide();
  }

  void expecting(const event::Expecting& e) {
    f_.expects = e.what;
    f_.expects_told = e.what != dialog::Expects::none;
    if (f_.turn) weigh();
  }

  void drop(const std::string& why) {
    if (!f_.turn) return;
    out_.push_back({action::StopListening{f_.turn->utterance}, why});
    if (all_.reply.exists() && !all_.reply.released) d_.withdraw = why;
    f_.turn.reset();
  }

 private:
  bool out() const { return all_.reply.out() && !reply_over_; }

  // ---- speech and pauses

  // What of a window counts as the caller's speech: nothing of what the agent's own voice explains.
  int counts(const event::Window& w) const { return muted(all_) || w.echo >= s_.echo_most ? 0 : w.speech; }

  void sound(const event::Window& w) {
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

  void speech_began(const event::Window& w) {
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
                      ms("speech for", so_far)});
      f_.turn = std::move(turn);
    }
    if (out() && f_.turn->overlap != Floor::Overlap::won) overlap(so_far);
  }

  // A turn that was taken, and whose caller went on before there was an answer to go on about: it was a pause of
  // theirs.
  void learn_from_cut_in(Time from) {
    if (f_.taken_at == Time{} || all_.reply.audible || from - f_.taken_at > kCutIn) return;
    f_.pace = learn_pace(f_.pace, from - f_.taken_end);
  }

  void pause(Sample speech_end, Time speech_end_at) {
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
        {action::Transcribe{turn.utterance, speech_end}, ms("pause noticed after", now_ - turn.speech_end_at)});
    // Only where the verdict could change the wait.
    turn.score_due = s_.detector && !theirs() && s_.max_delay > s_.min_delay &&
                     turn.overlap != Floor::Overlap::dismissed && !turn.over;
    if (turn.score_due) out_.push_back({action::ScoreTurn{turn.utterance, speech_end}, "its verdict bends the wait"});
    weigh();
    prepare();
  }

  void score_again() {
    if (!f_.turn || !f_.turn->paused || f_.turn->score_due || f_.turn->permille < 0 || f_.turn->over) return;
    auto& turn = *f_.turn;
    if (turn.scores >= std::ssize(kScoreAgain) || turn.overlap == Floor::Overlap::dismissed) return;
    const Duration silence = now_ - turn.speech_end_at;
    if (silence < kScoreAgain[turn.scores]) return;
    ++turn.scores;
    if (turn.wait < silence + kScoreTakes) return;
    turn.score_due = true;
    out_.push_back(
        {action::ScoreTurn{turn.utterance, f_.speech.heard_to}, ms("asked again after silence of", silence)});
  }

  // A service that finds the end of speech by itself may find it one window earlier than we do.
  bool covers(Sample upto) const {
    return f_.turn->paused && upto > f_.turn->start && upto >= f_.turn->speech_end - samples_in(kVadWindow, s_);
  }

  void set_words(const std::string& text) {
    auto& turn = *f_.turn;
    turn.words = text;
    turn.words_stable = false;
    if (turn.empty_hold && !text.empty()) {  // its words were only late
      if (!f_.empty_holds.empty()) f_.empty_holds.pop_back();
      turn.empty_hold = false;
    }
    weigh();
  }

  // A turn that began under the agent's voice, or in its afterglow, and says nothing but what the agent said.
  bool echoed(const std::string& text) const {
    const Reply& reply = all_.reply;
    const bool before = f_.turn->started_at - f_.agent_until <= kAfterglow && !f_.agent_said.empty();
    if (!before && !reply.out()) return false;
    std::string said = before ? f_.agent_said : "";
    if (reply.out())
      for (const auto& clause : reply.clauses) (said += ' ') += clause.text;
    return dialog::echoed(text, said);
  }

  // The recogniser owns the ends of turns, and has told of them so far.
  bool theirs() const { return s_.owner == Owner::stt && f_.finds_turns; }

  // Without a word of its end from whoever owns turns, the longest delay decides.
  void weigh() {
    auto& turn = *f_.turn;
    turn.wait = theirs() ? s_.max_delay : endpoint_wait(s_, evidence());
    if (turn.words_final && turn.words.empty()) turn.wait = std::min(turn.wait, s_.wordless);
  }

  Evidence evidence() const { return {f_.turn->permille, f_.turn->words, f_.expects, f_.pace}; }

  // ---- speech over the agent

  void overlap(Duration so_far) {
    auto& turn = *f_.turn;
    const Reply& reply = all_.reply;
    if (turn.tail) return;
    if (const auto left = left_of(reply, s_, now_ - so_far); left && *left <= s_.tail && !reply.held) {
      turn.tail = true;
      turn.overlap = Floor::Overlap::dismissed;
      return;
    }
    if (!interruptible(all_)) {
      turn.overlap = Floor::Overlap::dismissed;
      return;
    }
    if (turn.overlap == Floor::Overlap::none) turn.overlap_at = turn.started_at;
    if (turn.overlap == Floor::Overlap::dismissed) {  // it goes on: another chance, but see worth_holding
      turn.overlap_at = now_;
      turn.spoken = so_far;
    }
    turn.overlap = Floor::Overlap::undecided;
    if (reply.held) return;
    turn.needs_words = !worth_holding(all_, now_);
    if (turn.needs_words) return;
    if (!reply.audible)
      d_.hold = "the caller speaks before the reply is heard";
    else if (s_.interruptions == Interruptions::hold)
      d_.hold = ms("speech over the agent for", so_far);
    if (d_.hold) turn.overlap_at = now_;
  }

  bool held() const { return (all_.reply.held || d_.hold) && !d_.resume && !d_.flush; }

  void judge() {
    if (!f_.turn || d_.flush || d_.resume || !out() || !interruptible(all_)) return;
    Verdict verdict = judge_overlap(*f_.turn, all_, now_);
    if (verdict.kind == Verdict::Kind::flush) flush(std::move(verdict.why));
    if (verdict.kind == Verdict::Kind::dismiss) dismiss(std::move(verdict.why));
  }

  void flush(std::string why) {
    auto& turn = *f_.turn;
    turn.overlap = Floor::Overlap::won;
    d_.flush = std::move(why);
    d_.hold.reset();
  }

  void dismiss(std::string why) {
    auto& turn = *f_.turn;
    turn.overlap = Floor::Overlap::dismissed;
    if (!held()) return;
    if (turn.words.empty()) remember_empty_hold();
    if (d_.hold)
      d_.hold.reset();  // in the same step: it was never held
    else
      d_.resume = std::move(why);
  }

  void remember_empty_hold() {
    if (f_.empty_holds.size() >= kMostHolds) f_.empty_holds.erase(f_.empty_holds.begin());
    f_.empty_holds.push_back(now_);
    f_.empty_level = f_.turn->level;
    f_.turn->empty_hold = true;
  }

  // ---- the end of the turn

  void prepare() {
    if (!s_.speculate || !f_.turn || out() || d_.flush || dialog::words_of(f_.turn->words).empty()) return;
    auto& turn = *f_.turn;
    // A service that finds the end of speech by itself may be ahead of our notice of the pause.
    const bool ahead = turn.words_upto >= f_.speech.quiet_from - samples_in(kVadWindow, s_);
    const bool silent = turn.paused || f_.speech.quiet_windows > 0;
    if (!(turn.paused && turn.words_final) && !(silent && (turn.words_stable || (!turn.paused && ahead)))) return;
    if (!dialog::same_words(turn.prepared, turn.words)) {
      if (turn.preparations >= s_.speculations) return;  // waste is bounded
      ++turn.preparations;
      turn.prepared = turn.words;
    }
    d_.speculate = turn.words;
  }

  void decide() {
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
    if (tail) return;
    if (now_ < later(turn.speech_end_at, turn.wait)) return;
    if (theirs() && !dialog::words_of(turn.words).empty()) {
      f_.finds_turns = false;  // the next turn is judged here
      return take("the recogniser did not end the turn in time");
    }
    take(endpoint_why(s_, evidence()));
  }

  void take(const std::string& why) {
    auto& turn = *f_.turn;
    if (held() && turn.overlap == Floor::Overlap::undecided) dismiss("the caller has finished");
    if (out()) return drop("spoken over the agent: " + why);
    if (turn.overlap == Floor::Overlap::dismissed && far_away(turn, all_))
      return drop("quieter than the caller: " + why);
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

  // Noise is let go. But a caller who spoke and was not understood, or who made the agent fall silent, is not left in
  // silence. Where the recogniser finds no word in a voice, that is said once: the second time it is a noise.
  void take_without_words(const std::string& why) {
    auto& turn = *f_.turn;
    const bool unheard = !turn.words_final && turn.spoken >= kSpoke && !turn.excused;
    const bool voiced = turn.spoken >= kVoiced && turn.overlap == Floor::Overlap::none && f_.wordless++ == 0;
    const bool silenced = turn.overlap == Floor::Overlap::won;
    if (silenced) remember_empty_hold();
    if (unheard || voiced || silenced)
      d_.say = Decisions::Say{Reply::Kind::apology, s_.apology_text,
                              silenced  ? "the agent fell silent for no words"
                              : unheard ? "the caller spoke, but there is no transcript"
                                        : "a voice without words"};
    if (unheard && !turn.words_failed && !turn.over && now_ < later(turn.noticed_at, s_.words_patience))
      turn.excused = true;
    else
      drop("no words in it: " + why);
  }

  Floor& f_;
  const State& all_;
  const Settings& s_;
  const Time now_;
  const bool reply_over_;
  Decisions& d_;
  Actions& out_;
};

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

void step_floor(Floor& floor, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions) {
  const auto reply_over = ends(event, all.reply);
  Machine machine(floor, all, now, reply_over.has_value(), decisions, actions);
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
  if (turn.overlap == Floor::Overlap::undecided && all.reply.out()) next = std::min(next, judge_by(turn, s));
  const Time longest = later(turn.started_at, s.longest_turn);
  if (!turn.paused) return std::min(next, longest);
  Time decide = turn.over ? turn.noticed_at : later(turn.speech_end_at, turn.wait);
  if (turn.score_due && !turn.over) decide = std::max(decide, later(turn.noticed_at, s.score_patience));
  if (!turn.words_final && !turn.words_failed) decide = std::max(decide, words_by(floor, s));
  if (waits_for_the_reply(turn) && all.reply.out()) decide = std::max(decide, longest);
  return std::min(next, decide);
}

}  // namespace offhook::call

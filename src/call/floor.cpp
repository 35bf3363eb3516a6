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
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

constexpr Duration kWindow = 32ms;
// The turn model is asked again as the pause grows: most of its doubts about a turn that has ended go with the first
// half second of silence.
constexpr Duration kScoreAgain[] = {250ms, 450ms, 750ms, 1200ms, 2000ms};
constexpr Duration kScoreTakes = 80ms;  // a verdict that comes when the wait is over anyway is not asked for
constexpr int kAudibleRange = 25;       // dB below the turn's loudest window: beyond, the caller is not heard any more
constexpr Duration kSpoke = 300ms;      // speech of which a caller expects that it was heard
constexpr std::size_t kMostHolds = 8;   // remembered

std::string ms(const char* what, Duration d) {
  char text[96];
  std::snprintf(text, sizeof text, "%s %.0f ms", what, to_ms(d));
  return text;
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
    if (w.end <= f_.heard_to) return;
    w.level = std::clamp(w.level, 0, 127);
    const Sample begin = w.end - samples_in(kWindow, s_);
    if (begin - f_.heard_to > samples_in(s_.no_sound, s_)) {  // after a gap the sound begins anew
      f_.loud_windows = 0;
      if (f_.speech) pause(f_.heard_to, all_.line.last_sound);
    }
    f_.heard_to = w.end;
    if (!f_.turn || !f_.turn->over) hysteresis(w, begin, muted(all_) ? 0 : w.speech);
    score_again();
    judge();
    decide();
  }

  void partial(const event::Partial& p) {
    if (!f_.turn || f_.turn->utterance != p.utterance || f_.turn->words_final) return;
    set_words(p.text);
    out_.push_back({action::CallerSaid{p.utterance, p.text, false}, "partial transcript"});
    if (all_.reply.exists() && !all_.reply.released &&
        dialog::words_of(p.text).size() > dialog::words_of(all_.reply.asked).size())
      d_.withdraw = "the caller has said more";
    judge();
  }

  void transcript(const event::Transcript& t) {
    if (!f_.turn || f_.turn->utterance != t.utterance || t.upto < f_.turn->words_upto) return;
    auto& turn = *f_.turn;
    set_words(t.text);
    turn.words_upto = std::min(t.upto, f_.heard_to);  // may be ahead of our notice of the pause
    const bool was_final = std::exchange(turn.words_final, turn.paused && covers(turn.words_upto));
    turn.words_at = now_;
    weigh();
    if (turn.words_final && !was_final) f_.words_late = learn_lateness(s_, f_.words_late, now_ - turn.noticed_at);
    out_.push_back({action::CallerSaid{t.utterance, t.text, false}, "transcript of a pause"});
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
    if (f_.speech && now_ >= later(all_.line.last_sound, s_.no_sound)) pause(f_.heard_to, all_.line.last_sound);
    judge();
    decide();
  }

  // The agent has just fallen silent: what the caller has said meanwhile is a turn like any other.
  void reply_over() {
    prepare();
    decide();
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

  void hysteresis(const event::Window& w, Sample begin, int speech) {
    if (!f_.speech) {
      if (speech < s_.speech_start) {
        f_.loud_windows = 0;
        return;
      }
      if (f_.loud_windows++ == 0) f_.candidate = begin;
      if (f_.loud_windows >= (out() ? s_.overlap_windows : s_.start_windows)) speech_began(w);
      return;
    }
    if (f_.turn) {
      f_.turn->level = std::min(f_.turn->level, w.level);
      if (w.level <= f_.turn->level + kAudibleRange) f_.audible_to = w.end;
    }
    if (speech >= s_.speech_keep) {
      f_.quiet_windows = 0;
      if (f_.turn) f_.turn->spoken += kWindow;
      return;
    }
    if (f_.quiet_windows++ == 0) f_.quiet_from = begin;
    // The model's probability falls some windows after the sound has: where the level has fallen, that counts.
    const Sample end = std::clamp(f_.audible_to, f_.candidate, f_.quiet_from);
    const bool silent = span_of(w.end - end, s_) >= s_.vad_stop + kWindow && f_.turn;
    if (silent || span_of(w.end - f_.quiet_from, s_) >= s_.vad_stop) pause(end, now_ - span_of(w.end - end, s_));
  }

  void speech_began(const event::Window& w) {
    f_.speech = true;
    f_.quiet_windows = 0;
    f_.loud_windows = 0;
    f_.audible_to = w.end;
    const Duration so_far = span_of(w.end - f_.candidate, s_);
    if (f_.turn) {  // the pause was only a pause
      auto& turn = *f_.turn;
      turn.paused = turn.words_final = turn.words_failed = turn.score_due = turn.signalled = false;
      turn.permille = -1;
      turn.spoken += so_far;
      turn.level = std::min(turn.level, w.level);
    } else {
      Floor::Turn turn;
      turn.utterance = ++f_.utterances;
      turn.start = f_.candidate;
      turn.started_at = now_ - so_far;
      turn.spoken = so_far;
      turn.level = w.level;
      out_.push_back({action::Listen{turn.utterance, std::max<Sample>(0, turn.start - samples_in(s_.run_up, s_))},
                      ms("speech for", so_far)});
      f_.turn = std::move(turn);
    }
    if (out() && f_.turn->overlap != Floor::Overlap::won) overlap(so_far);
  }

  void pause(Sample speech_end, Time speech_end_at) {
    f_.speech = false;
    f_.quiet_windows = f_.loud_windows = 0;
    if (!f_.turn) return;
    auto& turn = *f_.turn;
    turn.paused = true;
    turn.speech_end = speech_end;
    turn.speech_end_at = std::max(speech_end_at, turn.started_at);
    turn.noticed_at = now_;
    turn.words_final = covers(turn.words_upto);
    turn.words_failed = false;
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
    out_.push_back({action::ScoreTurn{turn.utterance, f_.heard_to}, ms("asked again after silence of", silence)});
  }

  // A service that finds the end of speech by itself may find it one window earlier than we do.
  bool covers(Sample upto) const {
    return f_.turn->paused && upto > f_.turn->start && upto >= f_.turn->speech_end - samples_in(kWindow, s_);
  }

  void set_words(const std::string& text) {
    auto& turn = *f_.turn;
    turn.words = text;
    if (turn.empty_hold && !text.empty()) {  // its words were only late
      if (!f_.empty_holds.empty()) f_.empty_holds.pop_back();
      turn.empty_hold = false;
    }
    weigh();
  }

  // The recogniser owns the ends of turns, and has told of them so far.
  bool theirs() const { return s_.owner == Owner::stt && f_.finds_turns; }

  // Without a word of its end from whoever owns turns, the longest delay decides.
  void weigh() { f_.turn->wait = theirs() ? s_.max_delay : endpoint_wait(s_, f_.turn->permille, f_.turn->words); }

  Time words_by() const { return later(f_.turn->noticed_at, words_wait(s_, f_.turn->words, f_.words_late)); }

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
    turn.needs_words = !worth_holding(f_, reply, now_);
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
    if (!s_.speculate || !f_.turn) return;
    const auto& turn = *f_.turn;
    // A service that finds the end of speech by itself may be ahead of our notice of the pause.
    const bool ahead =
        !turn.paused && f_.quiet_windows > 0 && turn.words_upto >= f_.quiet_from - samples_in(kWindow, s_);
    if (!(turn.paused ? turn.words_final : ahead) || out() || d_.flush || dialog::words_of(turn.words).empty()) return;
    d_.speculate = turn.words;
  }

  void decide() {
    if (!f_.turn || d_.flush) return;  // after a flush: when it is known what was heard
    auto& turn = *f_.turn;
    if (!turn.paused && now_ >= later(turn.started_at, s_.longest_turn)) {
      turn.over = true;  // enough: taken in mid-speech, with the words so far
      pause(f_.heard_to, now_);
    }
    const bool tail = turn.tail && out() && now_ < later(turn.started_at, s_.longest_turn);  // its last words first
    if (theirs() && turn.signalled && !turn.over && !tail) {
      if (!turn.paused) pause(f_.heard_to, all_.line.last_sound);
      return take("the recogniser says that the turn is over");
    }
    if (!turn.paused) return;
    if (!turn.words_final && !turn.words_failed && now_ < words_by()) return;
    if (turn.over) return take("the longest turn is over");
    if (turn.score_due && now_ < later(turn.noticed_at, s_.score_patience)) return;
    if (tail) return;
    if (now_ < later(turn.speech_end_at, turn.wait)) return;
    if (theirs() && !dialog::words_of(turn.words).empty()) {
      f_.finds_turns = false;  // the next turn is judged here
      return take("the recogniser did not end the turn in time");
    }
    take(endpoint_why(s_, turn.permille, turn.words));
  }

  void take(const std::string& why) {
    auto& turn = *f_.turn;
    if (held() && turn.overlap == Floor::Overlap::undecided) dismiss("the caller has finished");
    if (out()) return drop("spoken over the agent: " + why);
    // A transcript that was not waited for takes at least so long: else it would never be learnt.
    if (turn.paused && !turn.words_final && !turn.words_failed && !turn.over && !turn.signalled)
      f_.words_late = learn_lateness(s_, f_.words_late, 2 * (now_ - turn.noticed_at));
    if (dialog::words_of(turn.words).empty()) return take_without_words(why);
    Decisions::Commit commit;
    commit.text = turn.words;
    commit.why = "endpoint: " + why;
    commit.times = {++f_.turns, turn.speech_end_at, turn.noticed_at, turn.words_at, now_};
    out_.push_back({action::StopListening{turn.utterance}, commit.why});
    out_.push_back({action::CallerSaid{turn.utterance, turn.words, true}, commit.why});
    f_.turn.reset();
    d_.commit = std::move(commit);
  }

  // Noise is let go. But a caller who spoke and was not understood, or who made the agent fall silent, is not left in
  // silence.
  void take_without_words(const std::string& why) {
    const auto& turn = *f_.turn;
    const bool unheard = !turn.words_final && turn.spoken >= kSpoke;
    const bool silenced = turn.overlap == Floor::Overlap::won;
    if (silenced) remember_empty_hold();
    if (unheard || silenced)
      d_.say = Decisions::Say{
          Reply::Kind::apology, s_.apology_text,
          silenced ? "the agent fell silent for no words" : "the caller spoke, but there is no transcript"};
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

bool ends(const Event& event, const Reply& reply) {
  if (!reply.exists()) return false;
  if (auto* f = get<event::Flushed>(event)) return f->generation == reply.generation;
  if (auto* d = get<event::Drained>(event)) return d->generation == reply.generation;
  return false;
}

}  // namespace

void step_floor(Floor& floor, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions) {
  const bool reply_over = ends(event, all.reply);
  Machine machine(floor, all, now, reply_over, decisions, actions);
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
  if (reply_over) machine.reply_over();
}

Time deadline_of(const Floor& floor, const State& all) {
  const Settings& s = all.settings;
  if (all.line.phase != LineState::Phase::up || !floor.turn) return Time::max();
  const auto& turn = *floor.turn;
  Time next = Time::max();
  if (floor.speech) next = later(all.line.last_sound, s.no_sound);
  if (turn.overlap == Floor::Overlap::undecided && all.reply.out()) next = std::min(next, judge_by(turn, s));
  const Time longest = later(turn.started_at, s.longest_turn);
  if (!turn.paused) return std::min(next, longest);
  Time decide = turn.over ? turn.noticed_at : later(turn.speech_end_at, turn.wait);
  if (turn.score_due && !turn.over) decide = std::max(decide, later(turn.noticed_at, s.score_patience));
  if (!turn.words_final && !turn.words_failed)
    decide = std::max(decide, later(turn.noticed_at, words_wait(s, turn.words, floor.words_late)));
  if (turn.tail && all.reply.out()) decide = std::max(decide, longest);
  return std::min(next, decide);
}

}  // namespace offhook::call

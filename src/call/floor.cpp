// Who has the word. Windows of sound become speech and pauses (hysteresis), speech becomes a turn, a pause ends it when the
// endpointing says so. Speech over the agent is an overlap: held, judged, resumed or flushed.
//
//   caller   ────████████──────█████───────────────
//   turn         begin   pause      pause   wait  commit
//   asked        listen  transcribe transcribe
//                        score      score
//   reply                speculate  speculate     released
#include <algorithm>
#include <cstdio>

#include "call/endpointing.hpp"
#include "call/machines.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

Duration span_of(Sample samples, const Settings& s) { return Duration(samples * 1'000'000 / s.rate); }
Sample samples_in(Duration d, const Settings& s) { return d.count() * s.rate / 1'000'000; }

std::string ms(const char* what, Duration d) {
  char text[96];
  std::snprintf(text, sizeof text, "%s %.0f ms", what, to_ms(d));
  return text;
}

bool muted(const State& all) {
  switch (all.settings.mute) {
    case Mute::none: return false;
    case Mute::always: return true;
    case Mute::greeting: return all.reply.kind == Reply::Kind::greeting;
    case Mute::tools: return !all.task.running.empty();
  }
  return false;
}

bool interruptible(const State& all) {
  return all.settings.interruptions != Interruptions::never && all.reply.kind != Reply::Kind::goodbye;
}

class Machine {
 public:
  Machine(Floor& floor, const State& all, Time now, Decisions& decisions, Actions& actions)
      : f_(floor), all_(all), s_(all.settings), now_(now), d_(decisions), out_(actions) {}

  void window(const event::Window& w) {
    const Sample begin = w.end - samples_in(32ms, s_);
    f_.heard_to = w.end;
    const int speech = muted(all_) ? 0 : w.speech;
    if (!f_.speech) {
      if (speech < s_.speech_start) {
        f_.loud_windows = 0;
      } else {
        if (f_.loud_windows++ == 0) f_.candidate = begin;
        if (f_.loud_windows >= (all_.reply.out() ? s_.overlap_windows : s_.start_windows)) speech_began(w);
      }
    } else {
      if (speech >= s_.speech_keep) {
        f_.quiet_windows = 0;
      } else {
        if (f_.quiet_windows++ == 0) f_.quiet_from = begin;
        if (span_of(w.end - f_.quiet_from, s_) >= s_.vad_stop) pause(f_.quiet_from, now_ - span_of(w.end - f_.quiet_from, s_));
      }
      if (f_.turn) {
        if (speech >= s_.speech_keep) f_.turn->spoken += 32ms;
        f_.turn->level = std::min(f_.turn->level, w.level);
      }
    }
    judge();
    decide();
  }

  void partial(const event::Partial& p) {
    if (!f_.turn || f_.turn->utterance != p.utterance || f_.turn->words_final) return;
    f_.turn->words = p.text;
    out_.push_back({action::CallerSaid{p.utterance, p.text, false}, "partial transcript"});
    if (all_.reply.exists() && !all_.reply.released &&
        dialog::words_of(p.text).size() > dialog::words_of(all_.reply.asked).size())
      d_.withdraw = "the caller has said more";
    judge();
  }

  void transcript(const event::Transcript& t) {
    if (!f_.turn || f_.turn->utterance != t.utterance) return;
    auto& turn = *f_.turn;
    turn.words = t.text;
    turn.words_upto = t.upto;  // a service that finalizes on its own may be ahead of our notice of the pause
    turn.words_final = turn.paused && t.upto >= turn.speech_end;
    turn.words_at = now_;
    out_.push_back({action::CallerSaid{t.utterance, t.text, false}, "transcript of a pause"});
    judge();
    prepare();
    decide();
  }

  void transcript_failed(const event::TranscriptFailed& t) {
    if (!f_.turn || f_.turn->utterance != t.utterance || !f_.turn->paused || t.upto < f_.turn->speech_end) return;
    f_.turn->words_failed = true;
    f_.turn->words_at = now_;
    judge();
    decide();
  }

  void scored(const event::TurnScored& t) {
    if (!f_.turn || f_.turn->utterance != t.utterance || !f_.turn->paused || t.upto < f_.turn->speech_end) return;
    f_.turn->permille = t.permille;
    f_.turn->score_due = false;
    decide();
  }

  void time_passed() {
    if (f_.speech && now_ - all_.line.last_sound >= s_.no_sound) pause(f_.heard_to, all_.line.last_sound);
    judge();
    decide();
  }

  void drop(const std::string& why) {
    if (!f_.turn) return;
    out_.push_back({action::StopListening{f_.turn->utterance}, why});
    if (all_.reply.exists() && !all_.reply.released) d_.withdraw = why;
    f_.turn.reset();
  }

 private:
  // ---- speech and pauses

  void speech_began(const event::Window& w) {
    f_.speech = true;
    f_.quiet_windows = 0;
    f_.loud_windows = 0;
    const Duration so_far = span_of(w.end - f_.candidate, s_);
    if (f_.turn) {  // the pause was only a pause
      auto& turn = *f_.turn;
      turn.paused = turn.words_final = turn.words_failed = turn.score_due = false;
      turn.permille = -1;
      turn.spoken += so_far;
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
    if (all_.reply.out() && f_.turn->overlap != Floor::Overlap::won) overlap();
  }

  void pause(Sample speech_end, Time speech_end_at) {
    f_.speech = false;
    f_.quiet_windows = f_.loud_windows = 0;
    if (!f_.turn) return;
    auto& turn = *f_.turn;
    turn.paused = true;
    turn.speech_end = speech_end;
    turn.speech_end_at = speech_end_at;
    turn.noticed_at = now_;
    turn.words_final = turn.words_upto >= speech_end;
    turn.words_failed = false;
    turn.permille = -1;
    out_.push_back({action::Transcribe{turn.utterance, speech_end}, ms("pause noticed after", now_ - speech_end_at)});
    // Only where the verdict could change the wait.
    turn.score_due = s_.detector && s_.max_delay > s_.min_delay && turn.overlap != Floor::Overlap::dismissed;
    if (turn.score_due) out_.push_back({action::ScoreTurn{turn.utterance, speech_end}, "its verdict bends the wait"});
    prepare();
  }

  // ---- speech over the agent

  void overlap() {
    auto& turn = *f_.turn;
    if (!interruptible(all_)) {
      turn.overlap = Floor::Overlap::dismissed;
      return;
    }
    if (turn.overlap == Floor::Overlap::none) turn.overlap_at = turn.started_at;
    if (turn.overlap == Floor::Overlap::dismissed) {  // it goes on: another chance, but see worth_holding
      turn.overlap_at = now_;
      turn.spoken = span_of(f_.heard_to - f_.candidate, s_);
    }
    turn.overlap = Floor::Overlap::undecided;
    if (all_.reply.held) return;
    if (!all_.reply.audible) {
      d_.hold = "the caller speaks before the reply is heard";
    } else if (s_.interruptions == Interruptions::hold) {
      turn.needs_words = !worth_holding();
      if (!turn.needs_words) d_.hold = ms("speech over the agent for", span_of(f_.heard_to - f_.candidate, s_));
    }
    if (d_.hold) turn.overlap_at = now_;
  }

  // After a hold for nothing, the same noise holds again only when it is 6 dB louder; after two in 10 s, only with words.
  bool worth_holding() const {
    const auto recent = std::count_if(f_.empty_holds.begin(), f_.empty_holds.end(), [&](Time t) { return now_ - t < 10s; });
    if (recent == 0) return true;
    return recent < 2 && f_.turn->level <= f_.empty_level - 6;
  }

  int real_words() const {
    const auto& words = f_.turn->words;
    return dialog::is_backchannel(words) ? 0 : static_cast<int>(dialog::words_of(words).size());
  }

  bool held() const { return (all_.reply.held || d_.hold) && !d_.resume && !d_.flush; }

  void judge() {
    if (!f_.turn || d_.flush || d_.resume) return;
    auto& turn = *f_.turn;
    const bool open = turn.overlap == Floor::Overlap::undecided;
    const bool second_thought = turn.overlap == Floor::Overlap::dismissed && s_.interruptions == Interruptions::hold;
    if (!(open || second_thought) || !all_.reply.out() || !interruptible(all_)) return;
    const int words = real_words();
    const int needed = std::max(1, s_.min_words);
    if (s_.interruptions == Interruptions::hold && words >= needed) return flush("words over the agent: " + std::to_string(words));
    if (!open) return;
    if (s_.interruptions == Interruptions::immediate) {
      if (turn.spoken >= s_.min_duration && (s_.min_words == 0 || words >= s_.min_words))
        return flush(ms("the caller spoke over the agent for", turn.spoken));
      if (turn.paused && (turn.spoken < s_.min_duration || turn.words_final || turn.words_failed))
        return dismiss("too short to interrupt");
      return;
    }
    if (turn.paused) {
      if (turn.spoken < 100ms) return dismiss("a short sound");
      if (turn.words_final) return dismiss(turn.words.empty() ? "no words" : words == 0 ? "a backchannel" : "too few words");
      if (turn.words_failed) return dismiss("no transcript of it");
    }
    if (now_ >= judge_by()) {
      if (turn.paused) return dismiss("no words in time");
      if (s_.min_words > 0) return dismiss("too few words in time");
      if (turn.spoken >= s_.min_duration && !turn.needs_words && !dialog::is_backchannel(turn.words))
        return flush(ms("the caller goes on speaking, for", turn.spoken));
      dismiss(turn.needs_words ? "the noise of before" : "a backchannel");
    }
  }

  Time judge_by() const {
    const auto& turn = *f_.turn;
    const bool words_due = turn.paused && !turn.words_final && !turn.words_failed;
    return turn.overlap_at + (words_due ? s_.judge_words : s_.judge);
  }

  void flush(std::string why) {
    f_.turn->overlap = Floor::Overlap::won;
    d_.flush = std::move(why);
    d_.hold.reset();
  }

  void dismiss(std::string why) {
    auto& turn = *f_.turn;
    turn.overlap = Floor::Overlap::dismissed;
    if (!held()) return;
    if (turn.words.empty()) {
      if (f_.empty_holds.size() >= 8) f_.empty_holds.erase(f_.empty_holds.begin());
      f_.empty_holds.push_back(now_);
      f_.empty_level = turn.level;
    }
    if (d_.hold) d_.hold.reset();  // in the same step: it was never held
    else d_.resume = std::move(why);
  }

  // ---- the end of the turn

  void prepare() {
    if (!s_.speculate || !f_.turn) return;
    const auto& turn = *f_.turn;
    if (!turn.paused || !turn.words_final || all_.reply.out() || d_.flush || dialog::words_of(turn.words).empty()) return;
    d_.speculate = turn.words;
  }

  void decide() {
    if (!f_.turn || !f_.turn->paused || d_.commit) {
      if (f_.turn && !f_.turn->paused && now_ - f_.turn->started_at >= s_.longest_turn) {
        // Enough: the turn is taken in mid-speech, with the words that there are.
        if (!f_.turn->words_final) f_.turn->words_failed = true;
        pause(f_.heard_to, now_);
        f_.turn->words_failed = true;
        take("the longest turn is over");
      }
      return;
    }
    auto& turn = *f_.turn;
    if (turn.score_due && now_ < turn.noticed_at + s_.score_patience) return;
    if (!turn.words_final && !turn.words_failed && now_ < turn.noticed_at + s_.words_patience) return;
    const Wait wait = endpoint_wait(s_, turn.permille, turn.words);
    if (now_ < turn.speech_end_at + wait.after_speech) return;
    take(wait.why);
  }

  void take(const std::string& why) {
    auto& turn = *f_.turn;
    if (held() && turn.overlap == Floor::Overlap::undecided) dismiss("the caller has finished");
    if (all_.reply.out() && !d_.flush) return drop("spoken over the agent: " + why);
    if (turn.overlap == Floor::Overlap::dismissed && !interruptible(all_) && all_.reply.exists())
      return drop("the agent may not be interrupted");
    if (dialog::words_of(turn.words).empty()) {
      if (turn.words_failed && turn.spoken >= 300ms && !all_.reply.exists())
        d_.say = Decisions::Say{Reply::Kind::apology, s_.apology_text, "the caller spoke, but there is no transcript"};
      return drop("no words in it: " + why);
    }
    Decisions::Commit commit;
    commit.text = turn.words;
    commit.why = "endpoint: " + why;
    commit.times = {++f_.turns, turn.speech_end_at, turn.noticed_at, turn.words_at, now_};
    out_.push_back({action::StopListening{turn.utterance}, commit.why});
    out_.push_back({action::CallerSaid{turn.utterance, turn.words, true}, commit.why});
    f_.turn.reset();
    f_.speech = false;
    d_.commit = std::move(commit);
  }

  Floor& f_;
  const State& all_;
  const Settings& s_;
  const Time now_;
  Decisions& d_;
  Actions& out_;
};

}  // namespace

void step_floor(Floor& floor, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions) {
  Machine machine(floor, all, now, decisions, actions);
  if (all.line.phase != LineState::Phase::up || get<event::HungUp>(event)) {
    machine.drop("the call is ending");
    return;
  }
  if (auto* w = get<event::Window>(event)) machine.window(*w);
  if (auto* p = get<event::Partial>(event)) machine.partial(*p);
  if (auto* t = get<event::Transcript>(event)) machine.transcript(*t);
  if (auto* t = get<event::TranscriptFailed>(event)) machine.transcript_failed(*t);
  if (auto* t = get<event::TurnScored>(event)) machine.scored(*t);
  if (get<event::Tick>(event)) machine.time_passed();
}

Time deadline_of(const Floor& floor, const State& all) {
  const Settings& s = all.settings;
  if (all.line.phase != LineState::Phase::up || !floor.turn) return Time::max();
  const auto& turn = *floor.turn;
  Time next = Time::max();
  if (floor.speech) next = all.line.last_sound + s.no_sound;
  if (turn.overlap == Floor::Overlap::undecided && all.reply.out() && s.interruptions == Interruptions::hold) {
    const bool words_due = turn.paused && !turn.words_final && !turn.words_failed;
    next = std::min(next, turn.overlap_at + (words_due ? s.judge_words : s.judge));
  }
  if (!turn.paused) return std::min(next, turn.started_at + s.longest_turn);
  Time decide = turn.speech_end_at + endpoint_wait(s, turn.permille, turn.words).after_speech;
  if (turn.score_due) decide = std::max(decide, turn.noticed_at + s.score_patience);
  if (!turn.words_final && !turn.words_failed) decide = std::max(decide, turn.noticed_at + s.words_patience);
  return std::min(next, decide);
}

}  // namespace offhook::call

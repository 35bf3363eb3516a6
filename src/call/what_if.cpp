#include "call/what_if.hpp"

#include <algorithm>
#include <cstdio>
#include <type_traits>
#include <utility>

#include "call/endpointing.hpp"
#include "call/machines.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

using Asked = PastCall::Asked;
using Kind = Move::Kind;

constexpr Duration kWindow = kVadWindow;
constexpr Duration kNear = 3 * kWindow;  // pauses whose ends are no farther apart are one
constexpr Duration kSame = 20ms;         // a tick may come so late: moves no farther apart are one
constexpr Duration kReaction = 500ms;    // as cut_in.hpp has it
constexpr Duration kFlushTakes = 40ms;

class SideBySide {
 public:
  SideBySide(const PastCall& call, const Settings& changed)
      : call_(call), a_(begin(call.head.settings)), b_(begin(changed)), changed_(b_.settings) {
    for (const auto& asked : call.asked)
      furthest_.push_back(furthest_.empty() ? asked.upto : std::max(furthest_.back(), asked.upto));
  }

  WhatIf run() {
    for (i_ = 0; i_ < call_.events.size() && !over_; ++i_) pass(i_);
    if (apart_) close();
    note_uncertain();
    result_.tally = counter_.tally();
    return std::move(result_);
  }

 private:
  // ---- one event

  void pass(std::size_t i) {
    const Event& event = call_.events[i].event;
    const Time now = Time{} + call_.events[i].t;
    run_until(now);
    if (waiting_) finish_alone_before_reaction(event, now);
    drain(now);
    if (over_) return;
    const bool mouth = same_mouth(), mind = same_mind();
    const auto utterance = a_.floor.turn ? a_.floor.turn->utterance : 0;

    const Moves recorded = step_and_tell(a_, event, now);
    Moves changed;
    if (!waiting_for_a_) {
      const bool spoke = b_.floor.speech.on;
      if (auto heard = translated(i, event, utterance, mouth, mind)) changed = step_b(*heard, now, i);
      if (!spoke && b_.floor.speech.on && !prefix_.empty())
        not_known("what would be made of a turn that goes on: its words are put together");
    }
    compare(recorded.list, changed.list);
    if (over_) return;
    if (apart_)
      for (const auto& move : recorded.list) a_closes(move, now);
    if (waiting_) repair(now);
    settle();
  }

  // The changed run's own deadlines, and answers that come to it at other times than in the log.
  void run_until(Time now) {
    for (int n = 0; n < 10'000 && !waiting_for_a_ && !over_; ++n) {
      const auto due = std::min_element(pending_.begin(), pending_.end(),
                                        [](const Pending& x, const Pending& y) { return x.at < y.at; });
      const Time answer = due == pending_.end() ? Time::max() : due->at;
      // A deadline that both have is ticked by the log, at the moment at which it came.
      Time tick = next_deadline(b_);
      if (tick == next_deadline(a_) && !alone_) tick = Time::max();
      const Time at = std::min(answer, tick);
      if (at >= now) return;
      Event event = event::Tick{};
      if (answer <= tick) {
        event = std::move(due->event);
        pending_.erase(due);
      }
      const Time when = std::max(at, now_);
      const Moves moves = step_b(event, when, std::nullopt);
      compare({}, moves.list);
      settle();
      if (answer > tick && next_deadline(b_) <= tick) return;  // a deadline that does not move would spin
    }
  }

  Moves step_b(const Event& event, Time now, std::optional<std::size_t> i) {
    now_ = now;
    const bool in_turn = b_.floor.turn.has_value();
    const std::string words = in_turn ? b_.floor.turn->words : "";
    Moves moves = step_and_tell(b_, event, now);
    counter_.saw(moves.list, words);
    for (const auto& action : moves.actions) {
      if (auto* a = std::get_if<action::Transcribe>(&action.what)) ask(Asked::What::words, a->upto, now, i);
      if (auto* a = std::get_if<action::ScoreTurn>(&action.what)) ask(Asked::What::score, a->upto, now, i);
      if (auto* a = std::get_if<action::ScoreWords>(&action.what)) ask(Asked::What::word_score, a->upto, now, i);
      if (auto* a = std::get_if<action::Flush>(&action.what)) {
        const bool heard = b_.reply.audible;
        const Duration played = heard ? now - b_.reply.audible_at - b_.reply.held_for : Duration{};
        if (apart_ || !same_mouth())
          pending_.push_back(
              {now + kFlushTakes, event::Flushed{a->generation, samples_in(std::max(played, Duration{}), changed_)}});
      }
    }
    for (const auto& move : moves.list) {
      if (move.kind != Kind::taken) continue;
      result_.turns.push_back(
          call_.speech.judged(static_cast<int>(result_.turns.size()) + 1, now, move.why, recorded(now), until_));
      taken_.push_back(result_.turns.back());
    }
    if (in_turn && !b_.floor.turn) pending_.clear();
    return moves;
  }

  // What became of the turn that the changed run takes now: it is still to be taken, or has just been.
  std::optional<Answered> recorded(Time now) const {
    const auto n = static_cast<std::size_t>(a_.floor.turns);
    if (a_.floor.turn) {
      const bool known = n < call_.answered.size() && call_.answered[n].utterance == a_.floor.turn->utterance;
      return known ? std::optional(call_.answered[n]) : std::nullopt;
    }
    const bool since = !difference_.recorded_turns.empty() || (n > 0 && call_.answered[n - 1].taken == now);
    return since ? std::optional(call_.answered[n - 1]) : std::nullopt;
  }

  // ---- what the changed run is told

  // What the mind says answers the same question.
  bool same_mind() const {
    const Reply &a = a_.reply, &b = b_.reply;
    return a.kind == b.kind && a.generation == b.generation && a.asked == b.asked && a.mind_done == b.mind_done;
  }
  // The mouth is in the same state: what the playout says is true of both.
  bool same_mouth() const {
    const Reply &a = a_.reply, &b = b_.reply;
    return a.kind == b.kind && a.generation == b.generation && a.released == b.released && a.held == b.held &&
           a.flushing == b.flushing && a.audible == b.audible && a.held_for == b.held_for;
  }

  std::optional<Event> translated(std::size_t i, const Event& event, Utterance utterance, bool mouth, bool mind) {
    const bool of_mouth = get<event::Audible>(event) || get<event::Drained>(event) || get<event::Flushed>(event);
    const bool of_mind = get<event::Token>(event) || get<event::ToolAsked>(event) || get<event::MindDone>(event) ||
                         get<event::MindFailed>(event) || get<event::ClauseBegun>(event) ||
                         get<event::ClauseReady>(event) || get<event::ClauseSaid>(event);
    if ((of_mouth && !mouth) || (of_mind && !mind)) return std::nullopt;
    if (call_.answer_to[i]) return take_pending(i);
    Event out = event;
    const bool known = std::visit(
        [&](auto& e) {
          if constexpr (requires { e.utterance; }) return retold(e, utterance);
          return true;
        },
        out);
    return known ? std::optional(out) : std::nullopt;
  }

  // What is said of the recorded turn holds for the one that the changed run is in.
  template <class E>
  bool retold(E& e, Utterance recorded) {
    if (!b_.floor.turn || e.utterance != recorded) return false;
    e.utterance = b_.floor.turn->utterance;
    if constexpr (requires { e.text; }) e.text = with_prefix(e.text);
    return true;
  }
  std::string with_prefix(const std::string& text) const {
    return prefix_.empty() ? text : text.empty() ? prefix_ : prefix_ + " " + text;
  }

  struct Pending {
    Time at{};
    Event event;
    std::optional<std::size_t> with{};  // comes with this event of the log
  };

  std::optional<Event> take_pending(std::size_t i) {
    const auto it = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.with == i; });
    if (it == pending_.end()) return std::nullopt;
    Event event = std::move(it->event);
    pending_.erase(it);
    return event;
  }

  // A reply that goes on in the changed run alone ends when its sound does, where that is known.
  void drain(Time now) {
    if (!apart_ || waiting_for_a_ || over_ || same_mouth() || !b_.reply.out() || b_.reply.held) return;
    const auto left = left_of(b_.reply, changed_, now);
    if (!left || *left > Duration::zero()) return;
    const Moves moves = step_b(event::Drained{b_.reply.generation}, now, std::nullopt);
    compare({}, moves.list);
    settle();
  }

  // ---- what it asks, answered from the log

  void ask(Asked::What what, Sample upto, Time now, std::optional<std::size_t> i) {
    if (!b_.floor.turn) return;
    const Asked* asked = find(what, upto, now, i);
    const bool exact = asked && i && asked->event == *i;
    if (asked && asked->answer) {
      const Time answered = Time{} + call_.events[*asked->answer].t;
      Pending pending{exact ? Time::max() : now + std::max(answered - asked->at, Duration{}),
                      answer(call_.events[*asked->answer].event, upto - asked->upto, asked->at > prefix_since_),
                      {}};
      if (exact) pending.with = asked->answer;
      pending_.push_back(std::move(pending));
    } else if (!exact || waiting_) {
      stand_in(what, upto, now);
    }
  }

  const Asked* find(Asked::What what, Sample upto, Time now, std::optional<std::size_t> i) const {
    const Asked* best = nullptr;
    Sample least = samples_in(kNear, changed_) + 1;
    const auto first = std::lower_bound(call_.asked.begin(), call_.asked.end(), now - 2s,
                                        [](const Asked& x, Time t) { return x.at < t; });
    for (auto it = first; it != call_.asked.end() && it->at <= now + 2s; ++it) {
      if (it->what != what) continue;
      if (i && it->event == *i && it->upto == upto) return &*it;
      const Sample apart = std::abs(it->upto - upto);
      if (it->answer && apart < least) least = apart, best = &*it;
    }
    return best;
  }

  // `continued`: it was said of a turn that the changed run has never ended.
  Event answer(Event event, Sample shift, bool continued) const {
    std::visit(
        [&](auto& e) {
          if constexpr (requires { e.utterance; }) e.utterance = b_.floor.turn->utterance;
          if constexpr (requires { e.upto; }) e.upto += shift;
          if constexpr (requires { e.text; })
            if (continued) e.text = with_prefix(e.text);
        },
        event);
    return event;
  }

  // Nothing in the log answers: the nearest there is, and it is said.
  void stand_in(Asked::What what, Sample upto, Time now) {
    const auto& turn = *b_.floor.turn;
    if (what == Asked::What::score) {
      int permille = -1;
      // The newest about this pause; there is none where nothing asked so far reaches it.
      const Sample least = turn.speech_end - samples_in(kNear, changed_), most = upto + samples_in(kNear, changed_);
      const auto last = std::upper_bound(call_.asked.begin(), call_.asked.end(), now + 2s,
                                         [](Time t, const Asked& x) { return t < x.at; });
      for (auto n = static_cast<std::size_t>(last - call_.asked.begin()); n-- > 0 && furthest_[n] >= least;) {
        const auto& asked = call_.asked[n];
        if (asked.what != what || !asked.answer || asked.upto < least || asked.upto > most) continue;
        if (auto* s = get<event::TurnScored>(call_.events[*asked.answer].event)) {
          permille = s->permille;
          break;
        }
      }
      permille = std::max(permille, turn.permille);
      if (could_matter(permille, turn.words))
        not_known(stated("the turn model's verdict beyond %.2f s of silence", now - turn.speech_end_at));
      pending_.push_back({now + call_.score_takes, event::TurnScored{turn.utterance, upto, permille}, {}});
      return;
    }
    if (what == Asked::What::word_score) {
      not_known(stated("what the language model would have made of the words at %.2f s", now - Time{}));
      pending_.push_back({now + call_.word_score_takes, event::WordsScored{turn.utterance, upto, -1}, {}});
      return;
    }
    std::string words = turn.words;
    if (words.empty()) {  // the next transcript of this speech says at least as much
      auto e = std::lower_bound(call_.events.begin(), call_.events.end(), now - Time{},
                                [](const EventLine& x, Duration t) { return x.t < t; });
      for (; e != call_.events.end(); ++e) {
        const auto* t = get<event::Transcript>(e->event);
        if (!t || t->upto < upto) continue;
        if (t->upto - upto < samples_in(10s, changed_)) words = with_prefix(t->text);
        break;
      }
    }
    not_known(stated("what the recogniser would have made of the pause at %.2f s", turn.speech_end_at - Time{}));
    pending_.push_back({now + call_.words_take, event::Transcript{turn.utterance, upto, words}, {}});
  }

  // A surer verdict would have shortened the wait by a window or more.
  bool could_matter(int permille, const std::string& words) const {
    const Floor& f = b_.floor;
    const Evidence evidence{permille, words, f.expects, f.pace, f.turn->word_permille};
    Evidence surer = evidence;
    surer.permille = 1000;
    return endpoint_wait(changed_, evidence) - endpoint_wait(changed_, surer) >= kWindow;
  }

  void not_known(std::string what) {
    // One of a kind is enough: they begin alike.
    const auto alike = [&](const std::string& other) { return other.compare(0, 24, what, 0, 24) == 0; };
    if (std::none_of(not_known_.begin(), not_known_.end(), alike)) not_known_.push_back(std::move(what));
  }
  static std::string stated(const char* format, Duration d) {
    char text[128];
    std::snprintf(text, sizeof text, format, to_ms(d) / 1000);
    return text;
  }

  // ---- parting and meeting

  void compare(const std::vector<Move>& recorded, const std::vector<Move>& changed) {
    if (!apart_) {
      const bool same = std::equal(recorded.begin(), recorded.end(), changed.begin(), changed.end(),
                                   [](const Move& x, const Move& y) { return x.kind == y.kind; });
      if (same) {
        if (std::any_of(recorded.begin(), recorded.end(), closes)) meet();
        return;
      }
      part(recorded);
    }
    if (!recorded.empty() && !difference_.recorded) difference_.recorded = recorded.front();
    if (!changed.empty() && !difference_.changed) difference_.changed = changed.front();
    for (const auto* moves : {&recorded, &changed})
      for (const auto& move : *moves) {
        if (move.kind == Kind::ended) over_ = true;
        if (move.kind == Kind::prompted) prompted_ = true;
        if (closes(move)) (moves == &recorded ? a_closed_ : b_closed_) = true;
      }
  }
  static bool closes(const Move& move) { return move.kind == Kind::taken || move.kind == Kind::let_go; }

  void part(const std::vector<Move>& recorded) {
    apart_ = true;
    difference_ = {};
    const bool took =
        std::any_of(recorded.begin(), recorded.end(), [](const Move& m) { return m.kind == Kind::taken; });
    difference_.turn = a_.floor.turns + (took ? 0 : 1);
  }

  void a_closes(const Move& move, Time now) {
    if (!closes(move)) return;
    waiting_ = !b_closed_ && b_.floor.turn;
    if (move.kind != Kind::taken) return;
    const auto turn = static_cast<std::size_t>(a_.floor.turns) - 1;
    difference_.recorded_turns.push_back(call_.turns[turn]);
    if (!waiting_) return;
    prefix_ = b_.floor.turn->words;  // should the caller go on, this has been said before it
    prefix_since_ = now;
    audible_ = call_.answered[turn].audible;
  }

  // The recorded turn is over and no answer comes any more from the log.
  void repair(Time now) {
    if (!b_.floor.turn || !b_.floor.turn->paused) return;
    const auto& turn = *b_.floor.turn;
    const auto due = [&](bool words) {
      return std::any_of(pending_.begin(), pending_.end(), [&](const Pending& p) {
        return words ? get<event::Transcript>(p.event) || get<event::TranscriptFailed>(p.event)
                     : get<event::TurnScored>(p.event) != nullptr;
      });
    };
    if (turn.score_due && !due(false)) stand_in(Asked::What::score, turn.speech_end, now);
    if (!turn.words_final && !turn.words_failed && !due(true)) stand_in(Asked::What::words, turn.speech_end, now);
  }

  // The caller speaks after the recorded answer, which the changed run has not given yet: without it there would have
  // been silence until the turn was taken.
  void finish_alone_before_reaction(const Event& event, Time now) {
    if (!b_.floor.turn || b_.floor.speech.on || !audible_ || now < *audible_ + kReaction || !get<event::Window>(event))
      return;
    const auto began = std::max(speech_begins(a_, event, now), speech_begins(b_, event, now));
    if (!began || *began < *audible_ + kReaction) return;
    alone_ = true;
    until_ = *began;
    const auto over_by = now + 60s;
    while (apart_ && b_.floor.turn && next_deadline(b_) < over_by) {
      const Time deadline = next_deadline(b_);
      run_until(deadline + 1us);
      if (apart_ && b_.floor.turn && next_deadline(b_) <= deadline) break;
    }
    alone_ = false;
    until_ = Time::max();
    if (apart_ && !over_) close_and_meet();
  }

  static std::optional<Time> speech_begins(State state, const Event& event, Time now) {
    if (state.floor.speech.on) return std::nullopt;
    step(state, event, now);
    if (!state.floor.speech.on) return std::nullopt;
    return now - span_of(state.floor.speech.heard_to - state.floor.speech.candidate, state.settings);
  }

  void settle() {
    if (!apart_ || over_) return;
    if (prompted_ && !a_.floor.turn && !b_.floor.turn) return prompted();
    waiting_for_a_ = b_closed_ && !b_.floor.turn;
    if (waiting_for_a_ && !a_.floor.turn) return close_and_meet();
    if (!b_.floor.turn && !a_.floor.turn && a_closed_) close_and_meet();
  }

  // Nobody's turn: the prompt is taken for said, and silence begins anew.
  void prompted() {
    const Patience patience = b_.patience;
    const Time now = now_;
    close_and_meet();
    if (patience.prompts > a_.patience.prompts) b_.patience.quiet_since = now;
    b_.patience.prompts = patience.prompts;
  }

  void close_and_meet() {
    close();
    meet();
  }

  void close() {
    difference_.changed_turns = taken_;
    difference_.not_known = not_known_;
    if (differs(difference_)) result_.differences.push_back(std::move(difference_));
    difference_ = {};
    apart_ = false;
  }

  static bool differs(const Difference& d) {
    if (d.recorded_turns.size() != d.changed_turns.size()) return true;
    for (std::size_t i = 0; i < d.recorded_turns.size(); ++i)
      if (std::chrono::abs(d.recorded_turns[i].at - d.changed_turns[i].at) > kSame) return true;
    // A turn that is let go is nothing that anybody notices.
    const auto noticed = [](const std::optional<Move>& m) { return m && m->kind != Kind::let_go; };
    if (noticed(d.recorded) != noticed(d.changed)) return true;
    return noticed(d.recorded) &&
           (d.recorded->kind != d.changed->kind || std::chrono::abs(d.recorded->at - d.changed->at) > kSame);
  }

  void note_uncertain() {
    if (!not_known_.empty()) ++result_.uncertain;
    not_known_.clear();
  }

  void meet() {
    note_uncertain();
    b_ = a_;
    b_.settings = changed_;
    pending_.clear();
    // What has been asked for a turn under way is still to come.
    for (auto it = call_.asked.rbegin(); a_.floor.turn && it != call_.asked.rend(); ++it) {
      if (it->event > i_) continue;
      if (it->at < a_.floor.turn->started_at) break;
      if (it->answer && *it->answer >= i_)
        pending_.push_back({Time::max(), call_.events[*it->answer].event, it->answer});
    }
    taken_.clear();
    prefix_.clear();
    audible_.reset();
    now_ = {};
    a_closed_ = b_closed_ = waiting_ = waiting_for_a_ = prompted_ = false;
    counter_.forget_turn();
  }

  const PastCall& call_;
  std::vector<Sample> furthest_;  // that call_.asked[n] and those before it reach
  State a_, b_;                   // recorded, changed
  std::size_t i_ = 0;
  const Settings changed_;
  WhatIf result_;
  Counter counter_;
  Time now_{};  // of b's last step
  std::vector<Pending> pending_;
  std::vector<Taken> taken_;  // by b since they last met
  std::vector<std::string> not_known_;
  // since they parted
  bool apart_ = false;
  Difference difference_;
  bool a_closed_ = false, b_closed_ = false;  // its turn
  bool waiting_ = false;                      // a's turn is over, b's goes on
  bool waiting_for_a_ = false;                // b's turn is over, a's goes on: b stands still
  bool prompted_ = false, alone_ = false, over_ = false;
  Time until_ = Time::max();  // what the caller says from here on answers what b has not said
  std::string prefix_;        // what the caller had said when a took the turn
  Time prefix_since_{};
  std::optional<Time> audible_;  // a's answer to it
};

struct Fields {
  std::vector<std::pair<std::string, std::string>> list;
  template <class T>
  void operator()(const char* name, T& value) {
    list.emplace_back(name, text(value));
  }
  static std::string text(std::string& v) { return v; }
  static std::string text(Duration& v) { return std::to_string(v.count()); }
  template <class T>
  static std::string text(T& v) {
    if constexpr (std::is_enum_v<T>) {
      return std::to_string(static_cast<int>(v));
    } else if constexpr (std::is_arithmetic_v<T>) {
      return std::to_string(v);
    } else if constexpr (requires(Fields f) { v.visit(f); }) {
      Fields inner;
      v.visit(inner);
      std::string all;
      for (const auto& [name, value] : inner.list) all += name + "=" + value + "\n";
      return all;
    } else {  // a list
      std::string all;
      for (auto& item : v) all += text(item);
      return all;
    }
  }
};

// Tells words from backchannels, or says some. How a turn's words end is in the log, in the reason of each decision.
bool is_about_words(const std::string& name) {
  return name == "min_words" || name == "word_scorer" || name.ends_with("_text") || name == "greeting";
}

}  // namespace

int Difference::cut_ins() const {
  const auto count = [](const std::vector<Taken>& turns) {
    return static_cast<int>(std::count_if(turns.begin(), turns.end(), [](const Taken& t) { return t.cut_in; }));
  };
  return count(changed_turns) - count(recorded_turns);
}

std::vector<std::string> differing(Settings a, Settings b) {
  Fields x, y;
  a.visit(x), b.visit(y);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < x.list.size(); ++i)
    if (x.list[i].second != y.list[i].second) names.push_back(x.list[i].first);
  return names;
}

Result<WhatIf> what_if(const PastCall& call, const Settings& changed) {
  if (!call.head.words)
    for (const auto& name : differing(call.head.settings, changed))
      if (is_about_words(name))
        return Error{Errc::invalid, "this log was recorded with `record.words: off`: " + name +
                                        " is a rule about words, and cannot be tried on it"};
  return SideBySide(call, changed).run();
}

}  // namespace offhook::call

// What the agent says: asked of the mind, cut into clauses, ordered from the voice, released to be heard, held,
// resumed, flushed or drained. One reply at a time; its generation is on everything that belongs to it.
//
//   ask ── tokens ── clause ── sound ─┐
//          (speculative)              ├─ release ── audible ──(hold ── resume)── drained
//   commit ───────────────────────────┘                           └─ flush ── flushed
#include <algorithm>

#include "call/machines.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

constexpr std::size_t kLongestReply = 4000;  // bytes: some four minutes of speech; a model that goes on is stopped

constexpr Sample kLongestClause = Sample{1} << 40;
constexpr Duration kSlow = 150ms;                  // since the first token: the first clause may now end at a phrase
constexpr std::size_t kMostWords = 1024;           // of a clause whose times are kept
constexpr std::size_t kTellingText = 8;            // bytes: the pace of "Yes." says little
constexpr double kFastest = 100, kSlowest = 4000;  // samples a byte

std::int64_t us(Duration d) {
  return d.count();
}

class Machine {
 public:
  Machine(Reply& reply, const State& all, Time now, Decisions& decisions, Actions& actions)
      : r_(reply), all_(all), s_(all.settings), now_(now), d_(decisions), out_(actions) {}

  void hear(const Event& event) {
    if (!r_.exists()) return;
    if (auto* t = get<event::Token>(event); t && mine(t->generation) && !d_.ended) token(t->text);
    if (auto* t = get<event::ToolAsked>(event); t && mine(t->generation)) r_.last_token = now_;
    if (d_.call) r_.calls.push_back(*d_.call);
    if (auto* m = get<event::MindDone>(event); m && mine(m->generation) && !d_.fail && !d_.ended)
      mind_done(m->finish == "length");
    if (auto* c = get<event::ClauseBegun>(event); c && mine(c->generation)) clause_begun(*c);
    if (auto* c = get<event::ClauseSaid>(event); c && mine(c->generation)) clause_said(*c);
    if (auto* c = get<event::ClauseReady>(event); c && mine(c->generation)) clause_ready(*c);
    if (auto* a = get<event::Audible>(event); a && mine(a->generation)) audible();
    if (auto* f = get<event::Flushed>(event); f && mine(f->generation))
      over(heard_text(r_.clauses, f->heard, r_.pace), true, "interrupted");
    if (auto* e = get<event::Drained>(event); e && mine(e->generation))
      over(whole_text(r_.clauses, r_.pace), false, "heard to its end");
    if (auto* h = get<event::HungUp>(event); h && r_.released)
      over(heard_text(r_.clauses, h->heard, r_.pace), true, "the call is over");
  }

  void act() {
    if (d_.ended) return end();
    const bool hold_on = (r_.held || d_.hold) && !d_.resume && !d_.flush && !d_.ending;
    if (d_.fail) fail(*d_.fail);
    if (d_.withdraw && r_.exists() && !r_.released) abandon(*d_.withdraw);
    if (d_.flush && !d_.ending) flush(*d_.flush);
    if (d_.hold) hold(*d_.hold);
    if (d_.resume) resume(*d_.resume);
    if (d_.say) say(*d_.say, hold_on);
    if (d_.ending) return;
    if (d_.speculate && !d_.commit) speculate(*d_.speculate);
    if (d_.commit) commit(*d_.commit);
    if (!d_.commit && r_.out() && sounds_of_tools()) order();
    if (d_.filler && r_.out()) fill(*d_.filler);
    if (d_.ask_again && !r_.exists()) ask({}, false, *d_.ask_again);
  }

 private:
  bool mine(Generation g) const { return r_.exists() && g == r_.generation; }

  // ---- from the mind

  void token(const std::string& text) {
    if (r_.mind_done || r_.flushing) return;
    if (!r_.first_token) r_.first_token = now_;
    r_.last_token = now_;
    r_.bytes += text.size();
    const bool slow = r_.clauses.empty() && now_ - *r_.first_token >= kSlow;
    for (auto& clause : r_.cutter.feed(text, slow)) add_clause(std::move(clause));
    if (r_.bytes > kLongestReply) {
      out_.push_back({action::StopThinking{r_.generation}, "the longest reply is over"});
      return mind_done(true);
    }
    order();
  }

  // `broken_off`: at the model's bound; half a sentence behind whole ones is not said.
  void mind_done(bool broken_off) {
    if (r_.mind_done || r_.flushing) return;
    r_.mind_done = true;
    if (auto rest = r_.cutter.finish(); rest && !(broken_off && !r_.clauses.empty())) add_clause(std::move(*rest));
    if (const auto& then = r_.directions.then; !then.empty() && r_.calls.empty() && !r_.asks()) add_clause(then);
    finish();
  }

  // Nothing fits: then it is not asked again either.
  void fill(const std::string& text) {
    r_.filled = true;
    if (text.empty()) return;
    Clause clause;
    clause.text = text;
    clause.filler = clause.ordered = true;
    r_.clauses.push_back(std::move(clause));
    out_.push_back({action::Speak{r_.generation, 0, text}, "a filler: there is no answer yet"});
  }

  bool fills(int number) const { return number == 0 && !r_.clauses.empty() && r_.clauses[0].filler; }

  void add_clause(std::string text) {
    if (!r_.first_clause) r_.first_clause = now_;
    Clause clause;
    clause.text = std::move(text);
    r_.clauses.push_back(std::move(clause));
  }

  // What a tool wants heard, behind the words so far.
  bool sounds_of_tools() {
    if (!d_.preface.empty()) add_clause(d_.preface);
    for (auto& keys : d_.dial) {
      if (auto rest = r_.cutter.finish()) add_clause(std::move(*rest));
      r_.cutter = {};
      add_clause(std::move(keys));
      r_.clauses.back().tones = true;
    }
    return !d_.preface.empty() || !d_.dial.empty();
  }

  // Before the commit only the first clause is spoken: waste is bounded.
  void order() {
    for (std::size_t i = 0; i < r_.clauses.size(); ++i) {
      if (r_.clauses[i].ordered) continue;
      if (!r_.released && i > 0) return;
      Clause& clause = r_.clauses[i];
      clause.ordered = true;
      const int number = static_cast<int>(i);
      if (clause.tones)
        out_.push_back({action::Dial{r_.generation, number, clause.text}, "the model asked for it"});
      else
        out_.push_back({action::Speak{r_.generation, number, clause.text},
                        r_.released ? "a clause is complete" : "the first clause, speculatively"});
    }
  }

  void finish() {
    order();
    if (!r_.mind_done || !r_.released) return;
    if (r_.clauses.empty()) return abandon("it only called tools");  // over without a sound; the mouth need not wait
    r_.closed = true;
    out_.push_back({action::Close{r_.generation, static_cast<int>(r_.clauses.size())}, "the reply is complete"});
  }

  void fail(const std::string& why) {
    if (!r_.exists()) return;
    if (!r_.released || r_.clauses.empty()) return abandon(why);
    out_.push_back({action::StopThinking{r_.generation}, why});
    r_.mind_done = r_.failed = true;
    r_.cutter = {};                          // half a clause is not worth saying
    const bool goes_on = !r_.calls.empty();  // when its tools return
    if (!d_.end && !goes_on && !s_.apology_text.empty()) add_clause(s_.apology_text);
    finish();
  }

  // ---- from the mouth

  Clause* clause(int number) {
    return number >= 0 && static_cast<std::size_t>(number) < r_.clauses.size() ? &r_.clauses[number] : nullptr;
  }

  void clause_begun(const event::ClauseBegun& c) {
    Clause* clause = this->clause(c.clause);
    if (!clause) return;
    clause->begun = true;
    sounds(c.clause);
  }

  void clause_said(const event::ClauseSaid& c) {
    Clause* clause = this->clause(c.clause);
    if (!clause || clause->said.size() >= kMostWords || c.bytes <= 0) return;
    const auto bytes = std::min(static_cast<std::size_t>(c.bytes), clause->text.size());
    if (!clause->said.empty() && bytes <= clause->said.back().bytes) return;
    clause->said.push_back({bytes, std::clamp(c.upto, Sample{0}, kLongestClause)});
  }

  void clause_ready(const event::ClauseReady& c) {
    Clause* clause = this->clause(c.clause);
    if (!clause) return;
    clause->samples = std::clamp(c.samples, Sample{0}, kLongestClause);
    clause->broken = !c.why.empty() && c.samples > 0;
    if (c.samples > 0) sounds(c.clause);
    if (c.samples <= 0 || clause->broken || clause->tones || clause->text.size() < kTellingText) return;
    const double pace = static_cast<double>(clause->samples) / static_cast<double>(clause->text.size());
    r_.pace += (std::clamp(pace, kFastest, kSlowest) - r_.pace) / 4;
  }

  void sounds(int number) {
    if (!r_.first_sound) r_.first_sound = now_;
    if (fills(number) || r_.meant_at || !fills(0)) return;
    r_.meant_at = now_;
    meant();
  }

  // By the clock: the answer is heard once the filler before it has been.
  void meant() {
    if (!r_.audible || !r_.meant_at || !r_.speech_end || d_.ended || !all_.line.closed_by.is_never()) return;
    const Time filled = r_.audible_at + span_of(std::max<Sample>(0, r_.clauses[0].samples), s_);
    out_.push_back({action::TurnMeant{r_.generation, us(std::max(*r_.meant_at, filled) - *r_.speech_end)},
                    "the first word of the answer, behind a filler"});
    r_.speech_end.reset();
  }

  void audible() {
    if (r_.audible) return;
    r_.audible = true;
    r_.audible_at = now_;
    if (r_.turn) waterfall(*r_.turn);
    r_.turn.reset();
    meant();
  }

  // Milestones in the order in which the answer had to pass them; each part is the step to the next, never below zero,
  // so that they add up to v2v exactly. Where the reply was speculated, deciding ran beside it and only `wait` is left
  // of it.
  void waterfall(const TurnTimes& t) {
    const bool speculated = r_.asked_at < t.decided;
    Time at = t.speech_end;
    auto part = [&at](Time to) {
      const Time from = at;
      at = std::max(at, to);
      return us(at - from);
    };
    action::TurnTook took;
    took.turn = t.number;
    took.generation = r_.generation;
    took.speculated = speculated;
    took.hear_us = part(t.noticed);
    took.transcribe_us = part(speculated ? r_.asked_at : t.words);
    took.decide_us = speculated ? 0 : part(r_.asked_at);
    took.think_us = part(r_.first_token.value_or(at));
    took.clause_us = part(r_.first_clause.value_or(at));
    took.voice_us = part(r_.first_sound.value_or(at));
    took.wait_us = part(t.decided);
    took.send_us = part(now_);
    took.v2v_us = us(at - t.speech_end);
    out_.push_back({took, std::string(speculated ? "prepared while the turn was being decided"
                                                 : "asked after the turn was decided") +
                              (r_.filled && fills(0) ? ", behind a filler" : "")});
  }

  void over(std::string heard, bool cut, const std::string& why) {
    if (!heard.empty())
      out_.push_back(
          {action::AgentSaid{r_.generation, std::move(heard), cut, r_.audible_at.time_since_epoch().count()}, why});
    if (cut) out_.push_back({action::Abandon{r_.generation}, why});
    clear();
  }

  // ---- decisions

  // What was heard of it is still wanted to be known, unless nobody is there to tell.
  void end() {
    if (all_.line.phase == LineState::Phase::ended || !r_.out()) return abandon("the call is over");
    flush("the call is over");
  }

  void flush(const std::string& why) {
    if (!r_.out()) return;
    r_.flushing = true;
    out_.push_back({action::Flush{r_.generation}, why});
  }

  void hold(const std::string& why) {
    if (!r_.out() || r_.held) return;
    r_.held = true;
    r_.held_at = now_;
    out_.push_back({action::Hold{r_.generation}, why});
  }

  void resume(const std::string& why) {
    if (!r_.out() || !r_.held) return;
    r_.held = false;
    if (r_.audible) r_.held_for += now_ - std::max(r_.held_at, r_.audible_at);
    out_.push_back({action::Resume{r_.generation}, why});
  }

  // `hold_on`: the caller is speaking; what is said waits for the judgement of that.
  void say(const Decisions::Say& say, bool hold_on) {
    if (r_.exists() && !r_.out()) abandon(say.why);
    if (say.text.empty()) return;
    if (r_.out()) {  // what is being said is finished first
      resume(say.why);
      if (!r_.mind_done) out_.push_back({action::StopThinking{r_.generation}, say.why});
      r_.mind_done = true;
      r_.cutter = {};
      if (say.kind == Reply::Kind::goodbye) r_.kind = say.kind;
      add_clause(say.text);
      return finish();
    }
    open(say.kind);
    r_.released = r_.mind_done = true;
    add_clause(say.text);
    order();
    if (hold_on) hold(say.why);
    out_.push_back({action::Release{r_.generation}, say.why});
    finish();
  }

  void speculate(const std::string& words) {
    if (r_.exists()) {
      if (r_.released || dialog::same_words(r_.asked, words)) return;
      abandon("the words have changed");
    }
    ask(words, true, "the caller has paused");
  }

  void commit(const Decisions::Commit& c) {
    if (will_release(all_, d_)) {
      r_.released = true;
      r_.turn = c.times;
      r_.speech_end = c.times.speech_end;
      out_.push_back({action::Release{r_.generation}, c.why});
      sounds_of_tools();
      return finish();
    }
    if (r_.exists()) abandon(r_.released ? "a new turn" : "the words have changed");
    carry_ = c.times;
    ask({}, false, c.why);
    r_.asked = c.text;
  }

  // `extra`: the caller's words that are not in the context because the turn is not decided.
  void ask(const std::string& extra, bool speculative, const std::string& why) {
    FlowState after;
    const Directions directions = speculative ? directions_for(all_, extra, after) : d_.directions;
    const FlowState& flow = speculative ? after : all_.flow;
    if (directions.silent) return;
    auto turn = carry_ ? carry_ : r_.turn;
    open(Reply::Kind::answer);
    r_.node = flow.node;
    r_.directions = directions;
    if (r_.scripted()) r_.cutter = dialog::ClauseCutter::unhurried();
    r_.asked = extra;
    r_.asked_at = now_;
    r_.released = !speculative;
    if (!speculative && turn) {
      r_.turn = turn;
      r_.speech_end = turn->speech_end;
    }
    const int steps = speculative ? 0 : all_.task.steps;  // a new turn begins at none
    action::Ask ask{r_.generation, speculative, steps < s_.tool_steps, told(all_, flow), prompt_of(all_, flow),
                    flow.node,     {}};
    if (r_.scripted()) ask.script = action::Script{directions.say, directions.calls};
    if (speculative)
      ask.context.push_back(
          std::make_shared<const dialog::Item>(dialog::Item{dialog::Item::Kind::caller, extra, false, {}, {}}));
    out_.push_back({std::move(ask), why + (r_.scripted() ? ": the flow answers" : "")});
    if (!speculative) out_.push_back({action::Release{r_.generation}, why});
  }

  void open(Reply::Kind kind) {
    const Generation next = r_.generation + 1;
    const double pace = r_.pace;
    r_ = Reply{};
    r_.kind = kind;
    r_.generation = next;
    r_.pace = pace;
  }

  void abandon(const std::string& why) {
    if (!r_.exists()) return;
    out_.push_back({action::Abandon{r_.generation}, why});
    clear();
  }

  // The number stays, so that whatever still arrives for it is stale. A turn that has had no sound yet keeps its times.
  void clear() {
    auto turn = r_.turn;
    const Generation last = r_.generation;
    const double pace = r_.pace;
    r_ = Reply{};
    r_.generation = last;
    r_.pace = pace;
    r_.turn = turn;
  }

  Reply& r_;
  const State& all_;
  const Settings& s_;
  const Time now_;
  Decisions& d_;
  Actions& out_;
  std::optional<TurnTimes> carry_;
};

}  // namespace

bool will_release(const State& all, const Decisions& d) {
  const Reply& reply = all.reply;
  return d.commit && !d.ending && !d.fail && !d.withdraw && reply.exists() && !reply.released &&
         dialog::same_words(reply.asked, d.commit->text) && reply.node == all.flow.node &&
         reply.directions == d.directions;
}

std::optional<Duration> left_of(const Reply& reply, const Settings& settings, Time now) {
  if (!reply.out() || !reply.audible || !reply.closed) return std::nullopt;
  Duration left{};
  for (const auto& clause : reply.clauses) {
    if (clause.samples < 0) return std::nullopt;
    left += span_of(clause.samples, settings);
  }
  const Time until = reply.held ? reply.held_at : now;
  return left - (until - reply.audible_at - reply.held_for);
}

void step_reply(Reply& reply, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions) {
  Machine machine(reply, all, now, decisions, actions);
  machine.hear(event);
  machine.act();
}

}  // namespace offhook::call

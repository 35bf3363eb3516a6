// The context and the tools. What was heard is appended when a reply ends; a tool runs once its reply is committed, one
// without effects at once; when all results are in and nobody has the word, the model is asked again.
//
//   asked ── committed ── runs ── returns ──────────────────▶ result: asked again
//              │           ├── the caller goes on ──────────▶ "still running", and a note when it returns;
//              │           │                                  or cancelled, where it may be
//              │           └── its deadline, the call's end ▶ cancelled
//              └── withdrawn: never ran, or cancelled; nobody is told
#include <algorithm>

#include "call/builtin_tools.hpp"
#include "call/machines.hpp"
#include "dialog/backchannels.hpp"
#include "tools/arguments.hpp"

namespace offhook::call {
namespace {

using dialog::Item;

constexpr std::size_t kMostCalls = 16;  // of one reply
constexpr std::size_t kMostFacts = 50;
constexpr int kMostFailures = 3;    // of summaries
constexpr int kMostFlowSteps = 32;  // tools in a row that a flow calls before it hears the caller again

// Not by the conversation alone.
bool runs_outside(const Task::Running& r) {
  return r.settings.builtin == Builtin::none || r.settings.builtin == Builtin::collect;
}

// A reply that only calls tools is over without a sound.
bool silent(const Reply& r) {
  return r.clauses.empty() && r.cutter.empty() && !r.calls.empty();
}

class Machine {
 public:
  Machine(Task& task, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions)
      : t_(task),
        all_(all),
        s_(all.settings),
        r_(all.reply),
        event_(event),
        now_(now),
        d_(decisions),
        out_(actions),
        live_(all.reply.exists()),
        reply_over_(!live_) {}

  void step() {
    if (d_.commit) t_.outcomes.clear();  // the flow has been told of these; what ends in this step is still to be told
    replies();
    progress();
    results();
    if (d_.commit) commit();
    asked();
    ask_again();
    summarize();
  }

 private:
  using Running = Task::Running;

  // ---- summaries

  static std::size_t tokens_of(const Item& item) {
    std::size_t bytes = item.text.size();
    for (const auto& call : item.calls) bytes += call.name.size() + call.arguments.size();
    return bytes / 3 + 4;
  }

  // What stands before is summed up, or was to be forgotten.
  std::size_t told_from() const {
    return std::max(t_.summary.upto, where_turn_begins(t_.context, all_.flow.told_from));
  }

  // No call of a tool is told without its result, nor a result without its call.
  bool whole(std::size_t upto) const {
    for (std::size_t i = told_from(); i < upto; ++i)
      for (const auto& call : t_.context[i]->calls)
        if (std::none_of(t_.context.begin(), t_.context.begin() + static_cast<std::ptrdiff_t>(upto),
                         [&](const auto& r) { return r->kind == Item::Kind::tool_result && r->call_id == call.id; }))
          return false;
    return true;
  }

  // Before one of the caller's turns: where the last ones are told as they were said.
  std::size_t where_to_summarize() const {
    std::size_t tokens = 0;
    for (std::size_t i = told_from(); i < t_.context.size(); ++i) tokens += tokens_of(*t_.context[i]);
    if (s_.summarize_tokens <= 0 || tokens <= static_cast<std::size_t>(s_.summarize_tokens)) return 0;
    int turns = 0;
    for (std::size_t i = t_.context.size(); i-- > told_from();)
      if (t_.context[i]->kind == Item::Kind::caller && ++turns >= s_.summarize_keep && whole(i)) return i;
    return 0;
  }

  void summarize() {
    auto& summary = t_.summary;
    if (auto* s = get<event::Summarized>(event_);
        s && summary.making && s->upto == static_cast<std::int64_t>(*summary.making)) {
      if (s->text.empty()) {
        ++summary.failures;
      } else {
        summary.text = s->text;
        summary.upto = *summary.making;
        summary.failures = 0;
      }
      summary.making.reset();
    }
    if (summary.making || summary.failures >= kMostFailures || d_.ending || all_.line.phase != LineState::Phase::up)
      return;
    const std::size_t wanted = where_turn_begins(t_.context, all_.flow.summarized_to);
    const bool by_flow = wanted > summary.upto && whole(wanted);
    if (!appended_ && (!by_flow || summary.failures > 0)) return;
    const std::size_t upto = by_flow ? wanted : where_to_summarize();
    const std::size_t from = told_from();
    if (upto <= from) return;
    summary.making = upto;
    const auto at = [&](std::size_t i) { return t_.context.begin() + static_cast<std::ptrdiff_t>(i); };
    out_.push_back({action::Summarize{
                        static_cast<std::int64_t>(upto), from > summary.upto ? "" : summary.text, {at(from), at(upto)}},
                    by_flow ? "the flow wants what was said before in short" : "the call has grown long"});
  }

  void append(Item item) {
    appended_ = true;
    t_.context.push_back(std::make_shared<const Item>(std::move(item)));
  }
  void append_result(const std::string& id, std::string text) {
    append({Item::Kind::tool_result, std::move(text), false, {}, id});
  }
  void append_reply(std::string text, bool cut) {
    if (!text.empty() || !r_.calls.empty()) append({Item::Kind::agent, std::move(text), cut, r_.calls, {}});
    reply_over_ = true;
  }

  // ---- what was heard

  void replies() {
    if (!live_) return;
    if (auto* f = get<event::Flushed>(event_); f && f->generation == r_.generation)
      append_reply(heard_text(r_.clauses, f->heard, r_.pace), true);
    if (auto* e = get<event::Drained>(event_); e && e->generation == r_.generation)
      append_reply(whole_text(r_.clauses, r_.pace), false);
    if (auto* h = get<event::HungUp>(event_); h && r_.released)
      append_reply(heard_text(r_.clauses, h->heard, r_.pace), true);
    if (auto* m = get<event::MindDone>(event_);
        m && m->generation == r_.generation && r_.released && silent(r_) && !d_.ended)
      append_reply("", false);
    if (d_.fail && r_.released && r_.clauses.empty() && !d_.ended)
      append_reply("", false);  // its tools have been called all the same
    if (reply_over_) with_its_reply();
  }

  // What ends with the reply that called it.
  void with_its_reply() {
    const bool cut = get<event::Flushed>(event_) != nullptr;
    end_where([](const Running& r) { return r.settings.builtin == Builtin::send_digits; },
              cut ? "The caller spoke before all keys were pressed." : "The keys have been pressed.", !cut);
    for (Running& r : t_.running) r.spoken = r.spoken || !r_.says_nothing();
    const bool to_be_asked = s_.flow.exists() && asked_for(all_) && !r_.asks();
    if (std::exchange(t_.results_quiet, false) && (r_.says_nothing() || to_be_asked)) t_.results_waiting = true;
  }

  // ---- what tools return

  void end(Running& r, std::string text, bool ok) {
    if (r.early) {
      r.result = std::move(text);
      r.result_ok = ok;
      r.deadline = {};
      return;
    }
    t_.outcomes.push_back({r.tool, r.arguments, ok, text});
    if (r.told)
      append({Item::Kind::note, "The tool " + r.tool + ", called earlier, is over. " + std::move(text), false, {}, {}});
    else
      append_result(r.id, std::move(text));
    if (r.settings.builtin != Builtin::collect)
      returned_ = t_.results_waiting = true;
    else if (live_ && !reply_over_)
      t_.results_quiet = true;
    else if (!r.spoken)
      t_.results_waiting = true;
    r.id.clear();  // it goes
  }
  void sweep() {
    std::erase_if(t_.running, [](const Running& r) { return r.id.empty(); });
  }
  template <class Which>
  void end_where(Which which, const std::string& text, bool ok) {
    for (Running& r : t_.running)
      if (which(r)) end(r, text, ok);
    sweep();
  }
  void cancel(Running& r, const std::string& why, const std::string& told) {
    if (runs_outside(r)) out_.push_back({action::CancelTool{r.id}, why});
    end(r, told, false);
  }

  // The newest is said when it is time for a word; what has been said is not said again.
  void progress() {
    if (auto* p = get<event::ToolProgress>(event_))
      for (Running& r : t_.running)
        if (r.id == p->id && r.settings.progress) r.progress = p->text;
    if (d_.say && d_.say->why == kToolWaits)
      for (Running& r : t_.running)
        if (d_.say->text == r.progress) r.progress.clear();
  }

  void results() {
    if (auto* t = get<event::ToolReturned>(event_))
      end_where([&](const Running& r) { return r.id == t->id && !r.result && runs_outside(r); }, t->text, t->ok);
    for (Running& r : t_.running) {
      if (d_.ended) {
        if (!r.early)
          cancel(r, "the call is over",
                 r.settings.builtin == Builtin::end_call ? "The call has ended."
                                                         : "The call ended before the tool returned.");
      } else if (r.deadline.passed(now_)) {
        if (r.settings.builtin == Builtin::wait)
          end(r, "The caller has said nothing meanwhile.", true);
        else
          cancel(r, "it did not return in time", "The tool did not return in time.");
      }
    }
    sweep();
    if (returned_ && live_ && !r_.released && !d_.withdraw) {  // what is being prepared does not know of it
      d_.withdraw = "a tool has returned";
      if (all_.floor.turn && all_.floor.turn->paused) d_.speculate = r_.asked;
    }
  }

  // ---- the caller's turn

  void commit() {
    const std::string& words = d_.commit->text;
    const bool will = will_release(all_, d_);
    // One that was neither heard nor stopped has called its tools all the same.
    if (live_ && r_.released && !reply_over_ && !r_.calls.empty()) append_reply("", true);
    const bool untold = s_.flow.exists() && !t_.outcomes.empty();
    for (Running& r : t_.running)
      if (!r.early) goes_on(r, words);
    sweep();
    append({Item::Kind::caller, words, false, {}, {}});
    t_.steps = t_.flow_steps = 0;
    t_.flow_called = t_.results_quiet = false;
    t_.results_waiting = untold;
    t_.called.clear();
    if (!will) return;
    for (const auto& call : r_.calls) {
      const auto early = std::ranges::find(t_.running, call.id, &Running::id);
      if (early == t_.running.end()) {
        start(call, 0);
        continue;
      }
      t_.called.push_back(call);
      early->early = 0;
      if (early->result) end(*early, *early->result, early->result_ok);
      sweep();
    }
    if (r_.mind_done && silent(r_) && d_.preface.empty() && d_.dial.empty()) {
      append_reply("", false);
      with_its_reply();
    }
  }

  // The caller has the word again while a tool runs.
  void goes_on(Running& r, const std::string& words) {
    switch (r.settings.builtin) {
      case Builtin::wait: return end(r, "The caller speaks.", true);
      case Builtin::end_call: return end(r, "The caller went on speaking, so the call goes on.", false);
      case Builtin::send_digits: return end(r, "The caller spoke before all keys were pressed.", false);
      default: break;
    }
    if (r.settings.interruptible && !dialog::is_backchannel(words))
      return cancel(r, "the caller went on", "It was cancelled, as the caller went on speaking.");
    if (std::exchange(r.told, true)) return;
    append_result(r.id, std::string(dialog::still_running));
  }

  // ---- what the model calls

  void asked() {
    auto* t = get<event::ToolAsked>(event_);
    if (!t || d_.ending || !accepted(*t)) return;
    d_.call = {t->id, t->tool, t->arguments};
    if (r_.released) return start(*d_.call, 0);
    const ToolSettings* tool = find(t->tool);
    if (tool && tool->builtin == Builtin::none && tool->effect == Effect::none) start(*d_.call, r_.generation);
  }

  // The mind of the current reply may call this tool.
  bool accepted(const event::ToolAsked& t) const {
    if (!live_ || reply_over_ || t.generation != r_.generation || r_.mind_done || r_.flushing) return false;
    const int steps = r_.scripted() ? t_.flow_steps : t_.steps;
    if ((r_.released ? steps : 0) >= (r_.scripted() ? kMostFlowSteps : s_.tool_steps) || r_.calls.size() >= kMostCalls)
      return false;
    // An id twice would mix up two results.
    return std::ranges::find(r_.calls, t.id, &llm::ToolCall::id) == r_.calls.end() &&
           std::ranges::find(t_.running, t.id, &Running::id) == t_.running.end() &&
           std::none_of(t_.context.begin(), t_.context.end(), [&](const auto& i) {
             return std::ranges::find(i->calls, t.id, &llm::ToolCall::id) != i->calls.end() ||
                    (i->kind == Item::Kind::tool_result && i->call_id == t.id);
           });
  }

  // One that the reply may call: in a flow, what its node offers to the model.
  const ToolSettings* find(const std::string& name) const {
    const auto it = std::ranges::find(s_.tools, name, &ToolSettings::name);
    if (it == s_.tools.end()) return nullptr;
    if (s_.flow.exists() && !r_.scripted()) {
      const auto& offered = s_.flow.nodes[std::min(r_.node, s_.flow.nodes.size() - 1)].tools;
      if (std::ranges::find(offered, name) == offered.end()) return nullptr;
    }
    return &*it;
  }

  void refuse(const llm::ToolCall& call, std::string text) {
    t_.outcomes.push_back({call.name, call.arguments, false, text});
    answer(call, std::move(text));
  }
  void answer(const llm::ToolCall& call, std::string text, bool quiet = false) {
    append_result(call.id, std::move(text));
    (quiet ? t_.results_quiet : t_.results_waiting) = true;
  }

  // `early`: the speculated reply that calls it.
  void start(const llm::ToolCall& call, Generation early) {
    const ToolSettings* tool = find(call.name);
    if (!tool) return refuse(call, "There is no tool of that name.");
    const bool has_effect = tool->effect != Effect::none && tool->builtin == Builtin::none;
    if (has_effect && runs_already(call))
      return answer(call, std::string(dialog::still_running));  // its result is the other's
    const bool may_repeat = r_.scripted() && tool->effect == Effect::idempotent;
    if (has_effect && !may_repeat && again(call))
      return refuse(call,
                    "This has been called with the same arguments already; that call counts, this one was not made.");
    if (!early) t_.called.push_back(call);
    Running running{call.id, call.name, call.arguments, {}, *tool, early};
    if (r_.scripted()) running.settings.interruptible = false;  // nobody would call it again
    t_.flow_called = r_.scripted();
    if (tool->builtin != Builtin::none && tool->builtin != Builtin::collect)
      return start_builtin(call, std::move(running));
    running.deadline = Deadline(later(now_, Duration(tool->timeout_us)));
    t_.running.push_back(std::move(running));
    out_.push_back({action::CallTool{call.id, call.name, call.arguments},
                    early ? "it has no effect: the model asked for it, speculatively" : "the model asked for it"});
    if (!early && d_.preface.empty() && r_.says_nothing() && r_.cutter.empty()) d_.preface = tool->say;
  }

  // Called since the caller's last words.
  bool again(const llm::ToolCall& call) const {
    const auto same = [&](const std::string& name, const std::string& arguments) {
      return name == call.name && tools::same_arguments(arguments, call.arguments);
    };
    return std::ranges::any_of(t_.called, [&](const auto& c) { return same(c.name, c.arguments); });
  }
  bool runs_already(const llm::ToolCall& call) const {
    return std::ranges::any_of(t_.running, [&](const Running& r) {
      return r.tool == call.name && tools::same_arguments(r.arguments, call.arguments);
    });
  }

  void start_builtin(const llm::ToolCall& call, Running running) {
    if (running.settings.builtin == Builtin::go_to) {
      const std::string to = call.name.substr(std::min(call.name.size(), kGoTo.size()));
      if (!way_of_model(all_, to)) return answer(call, "This is not possible yet.");
      d_.moves.push_back(to);
      return answer(call, "You are there now.");
    }
    if (running.settings.builtin == Builtin::note) return note(call);
    const auto wanted = read_builtin(running.settings.builtin, call.arguments);
    if (!wanted) return answer(call, wanted.error().what);
    switch (running.settings.builtin) {
      case Builtin::remember: return remember(call, *wanted);
      case Builtin::wait: running.deadline = Deadline(later(now_, wanted->wait)); break;
      case Builtin::send_digits: d_.dial.push_back(wanted->digits); break;
      default: break;
    }
    t_.running.push_back(std::move(running));
  }

  void note(const llm::ToolCall& call) {
    if (!s_.flow.exists()) return refuse(call, "There is no tool of that name.");
    auto noted = read_noted(s_.flow, s_.flow.nodes[std::min(r_.node, s_.flow.nodes.size() - 1)], call.arguments);
    if (!noted) return answer(call, noted.error().what);
    for (auto& field : *noted) d_.noted.push_back(std::move(field));
    answer(call, "Noted.", !opens_a_way(all_, d_.noted));
  }

  void remember(const llm::ToolCall& call, const BuiltinCall& wanted) {
    const auto known = std::ranges::find(t_.facts, wanted.key, &std::pair<std::string, std::string>::first);
    if (known != t_.facts.end())
      known->second = wanted.value;
    else if (t_.facts.size() < kMostFacts)
      t_.facts.emplace_back(wanted.key, wanted.value);
    else
      return answer(call, "Nothing more can be noted: " + std::to_string(kMostFacts) + " facts are the most.");
    answer(call, "Noted.", true);
  }

  // The agent item is appended when the reply is over; until then its calls are not in the context.
  void ask_again() {
    const bool waits = std::ranges::any_of(t_.running, [](const Running& r) { return !r.told && !r.early; });
    if (!t_.results_waiting || waits || !reply_over_ || all_.floor.turn || d_.commit || d_.say || d_.ending ||
        all_.line.phase != LineState::Phase::up)
      return;
    t_.results_waiting = false;
    ++(std::exchange(t_.flow_called, false) ? t_.flow_steps : t_.steps);
    d_.ask_again = "the tools have returned";
    d_.outcomes = std::exchange(t_.outcomes, {});
  }

  Task& t_;
  const State& all_;
  const Settings& s_;
  const Reply& r_;
  const Event& event_;
  const Time now_;
  Decisions& d_;
  Actions& out_;
  const bool live_;
  bool reply_over_;
  bool returned_ = false;
  bool appended_ = false;
};

}  // namespace

void step_task(Task& task, const State& all, const Event& event, Time now, Decisions& d, Actions& out) {
  Machine(task, all, event, now, d, out).step();
}

void drop_early_tools(Task& task, const Reply& reply, Actions& out) {
  std::erase_if(task.running, [&](const Task::Running& r) {
    const bool unwanted = r.early && (!reply.exists() || r.early != reply.generation);
    if (unwanted && !r.result) out.push_back({action::CancelTool{r.id}, "its reply is not wanted any more"});
    return unwanted;
  });
}

Time deadline_of(const Task& task, const State&) {
  Time next = Time::max();
  for (const auto& r : task.running) next = std::min(next, r.deadline.at());
  return next;
}

}  // namespace offhook::call

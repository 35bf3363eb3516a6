// The context and the tools. What was heard is appended when a reply ends; a tool runs once its reply is committed;
// when all results are in and nobody has the word, the model is asked again.
#include <algorithm>

#include "call/machines.hpp"

namespace offhook::call {
namespace {

using dialog::Item;

constexpr std::size_t kMostCalls = 16;  // of one reply

void append(Task& task, Item item) {
  task.context.push_back(std::make_shared<const Item>(std::move(item)));
}

void append_agent(Task& task, const Reply& r, std::string text, bool cut) {
  if (text.empty() && r.calls.empty()) return;
  append(task, {Item::Kind::agent, std::move(text), cut, r.calls, {}});
}

void append_result(Task& task, const std::string& id, std::string text) {
  append(task, {Item::Kind::tool_result, std::move(text), false, {}, id});
}

// The mind of the current reply may call this tool.
bool accepted(const Task& task, const State& all, const event::ToolAsked& t) {
  const Reply& r = all.reply;
  if (!r.exists() || t.generation != r.generation || r.mind_done || r.flushing) return false;
  if ((r.released ? task.steps : 0) >= all.settings.tool_steps || r.calls.size() >= kMostCalls) return false;
  // An id twice would mix up two results.
  const auto same = [&](const auto& x) { return x.id == t.id; };
  return std::none_of(r.calls.begin(), r.calls.end(), same) &&
         std::none_of(task.running.begin(), task.running.end(), same) &&
         std::none_of(task.context.begin(), task.context.end(),
                      [&](const auto& i) { return i->kind == Item::Kind::tool_result && i->call_id == t.id; });
}

void start(Task& task, const Settings& s, const llm::ToolCall& call, Time now, Actions& out) {
  const auto tool =
      std::find_if(s.tools.begin(), s.tools.end(), [&](const ToolSettings& t) { return t.name == call.name; });
  if (tool == s.tools.end()) {
    append_result(task, call.id, "There is no tool of that name.");
    task.results_waiting = true;
    return;
  }
  task.running.push_back({call.id, Deadline(later(now, Duration(tool->timeout_us)))});
  out.push_back({action::CallTool{call.id, call.name, call.arguments}, "the model asked for it"});
}

// A reply that only calls tools is over without a sound.
bool silent(const Reply& r) {
  return r.clauses.empty() && r.cutter.empty() && !r.calls.empty();
}

}  // namespace

void step_task(Task& task, const State& all, const Event& event, Time now, Decisions& d, Actions& out) {
  const Settings& s = all.settings;
  const Reply& r = all.reply;
  const bool live = r.exists();
  bool reply_over = !live;
  auto append_reply = [&](std::string text, bool cut) {
    append_agent(task, r, std::move(text), cut);
    reply_over = true;
  };

  if (auto* f = get<event::Flushed>(event); f && live && f->generation == r.generation)
    append_reply(heard_text(r.clauses, f->heard, r.pace), true);
  if (auto* e = get<event::Drained>(event); e && live && e->generation == r.generation)
    append_reply(whole_text(r.clauses, r.pace), false);
  if (auto* h = get<event::HungUp>(event); h && live && r.released)
    append_reply(heard_text(r.clauses, h->heard, r.pace), true);
  if (auto* m = get<event::MindDone>(event);
      m && live && m->generation == r.generation && r.released && silent(r) && !d.ended)
    append_reply("", false);
  if (d.fail && live && r.released && r.clauses.empty() && !d.ended)
    append_reply("", false);  // its tools have been called all the same

  bool results = false;
  auto end_tool = [&](auto running, std::string text) {
    append_result(task, running->id, std::move(text));
    task.results_waiting = results = true;
    return task.running.erase(running);
  };
  if (auto* t = get<event::ToolReturned>(event)) {
    const auto it =
        std::find_if(task.running.begin(), task.running.end(), [&](const auto& x) { return x.id == t->id; });
    if (it != task.running.end()) end_tool(it, t->text);
  }
  for (auto it = task.running.begin(); it != task.running.end();) {
    if (!d.ended && !it->deadline.passed(now)) {
      ++it;
      continue;
    }
    out.push_back({action::CancelTool{it->id}, d.ended ? "the call is over" : "it did not return in time"});
    it = end_tool(it, d.ended ? "The call ended before the tool returned." : "The tool did not return in time.");
  }
  if (results && live && !r.released && !d.withdraw) {  // what is being prepared does not know of it
    d.withdraw = "a tool has returned";
    if (all.floor.turn && all.floor.turn->paused) d.speculate = r.asked;
  }

  if (d.commit) {
    append(task, {Item::Kind::caller, d.commit->text, false, {}, {}});
    task.steps = 0;
    task.results_waiting = false;
    if (will_release(r, d)) {
      for (const auto& call : r.calls) start(task, s, call, now, out);
      if (r.mind_done && silent(r)) append_reply("", false);
    }
  }
  if (auto* t = get<event::ToolAsked>(event); t && !d.ending && accepted(task, all, *t)) {
    d.call = {t->id, t->tool, t->arguments};
    if (r.released) start(task, s, *d.call, now, out);
  }

  // The agent item is appended when the reply is over; until then its calls are not in the context.
  if (task.results_waiting && task.running.empty() && reply_over && !all.floor.turn && !d.commit && !d.say &&
      !d.ending && all.line.phase == LineState::Phase::up) {
    task.results_waiting = false;
    ++task.steps;
    d.ask_again = "the tools have returned";
  }
}

Time deadline_of(const Task& task, const State&) {
  Time next = Time::max();
  for (const auto& r : task.running) next = std::min(next, r.deadline.at());
  return next;
}

}  // namespace offhook::call

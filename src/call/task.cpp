// The context and the tools. What was heard is appended when a reply ends; a tool runs once its reply is committed; when all
// results are in and nobody has the word, the model is asked again.
#include <algorithm>

#include "call/machines.hpp"

namespace offhook::call {
namespace {

using dialog::Item;

void append(Task& task, Item item) { task.context.push_back(std::make_shared<const Item>(std::move(item))); }

void append_agent(Task& task, const Reply& r, std::string text, bool cut) {
  if (text.empty() && r.calls.empty()) return;
  append(task, {Item::Kind::agent, std::move(text), cut, r.calls, {}});
}

void append_result(Task& task, const std::string& id, std::string text) {
  append(task, {Item::Kind::tool_result, std::move(text), false, {}, id});
}

void start(Task& task, const Settings& s, const llm::ToolCall& call, Time now, Actions& out) {
  const auto tool = std::find_if(s.tools.begin(), s.tools.end(), [&](const ToolSettings& t) { return t.name == call.name; });
  if (tool == s.tools.end()) {
    append_result(task, call.id, "There is no tool of that name.");
    task.results_waiting = true;
    return;
  }
  task.running.push_back({call.id, Deadline(now + Duration(tool->timeout_us))});
  out.push_back({action::CallTool{call.id, call.name, call.arguments}, "the model asked for it"});
}

// A reply that only calls tools is over without a sound.
bool silent(const Reply& r) { return r.clauses.empty() && r.cutter.empty() && !r.calls.empty(); }

}  // namespace

void step_task(Task& task, const State& all, const Event& event, Time now, Decisions& d, Actions& out) {
  const Settings& s = all.settings;
  const Reply& r = all.reply;
  const bool live = r.exists();
  bool reply_over = !live;

  if (auto* f = get<event::Flushed>(event); f && live && f->generation == r.generation) {
    append_agent(task, r, heard_text(r, f->heard), true);
    reply_over = true;
  }
  if (auto* e = get<event::Drained>(event); e && live && e->generation == r.generation) {
    append_agent(task, r, whole_text(r), false);
    reply_over = true;
  }
  if (auto* h = get<event::HungUp>(event); h && live && r.released) append_agent(task, r, heard_text(r, h->heard), true);
  if (auto* m = get<event::MindDone>(event); m && live && m->generation == r.generation && r.released && silent(r)) {
    append_agent(task, r, "", false);
    reply_over = true;
  }

  if (d.commit) {
    append(task, {Item::Kind::caller, d.commit->text, false, {}, {}});
    task.steps = 0;
    task.results_waiting = false;
    if (will_release(r, *d.commit)) {
      for (const auto& call : r.calls) start(task, s, call, now, out);
      if (r.mind_done && silent(r)) {
        append_agent(task, r, "", false);
        reply_over = true;
      }
    }
  }
  if (auto* t = get<event::ToolAsked>(event);
      t && live && t->generation == r.generation && r.released && !r.mind_done && !r.flushing && task.steps < s.tool_steps)
    start(task, s, {t->id, t->tool, t->arguments}, now, out);

  if (auto* t = get<event::ToolReturned>(event)) {
    const auto it = std::find_if(task.running.begin(), task.running.end(), [&](const auto& x) { return x.id == t->id; });
    if (it != task.running.end()) {
      task.running.erase(it);
      append_result(task, t->id, t->text);
      task.results_waiting = true;
    }
  }
  for (auto it = task.running.begin(); it != task.running.end();) {
    if (!d.ended && !it->deadline.passed(now)) {
      ++it;
      continue;
    }
    out.push_back({action::CancelTool{it->id}, d.ended ? "the call is over" : "it did not return in time"});
    append_result(task, it->id, d.ended ? "The call ended before the tool returned." : "The tool did not return in time.");
    task.results_waiting = true;
    it = task.running.erase(it);
  }
  // The agent item is appended when the reply is over; until then its calls are not in the context.
  if (task.results_waiting && task.running.empty() && reply_over && !all.floor.turn && !d.commit && !d.say && !d.ended &&
      all.line.phase == LineState::Phase::up) {
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

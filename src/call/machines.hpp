// The five machines behind step(), in the order they are stepped in. Each may change its own part of the state (its first
// argument, a part of `all`) and reads the rest through `all`.
#pragma once

#include "call/state.hpp"

namespace offhook::call {

void step_floor(Floor& floor, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);
void step_patience(Patience& patience, const State& all, const Event& event, Time now, Decisions& decisions);
void step_line(LineState& line, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);
void step_task(Task& task, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);
void step_reply(Reply& reply, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);

Time deadline_of(const Floor& floor, const State& all);
Time deadline_of(const Patience& patience, const State& all);
Time deadline_of(const LineState& line, const State& all);
Time deadline_of(const Task& task, const State& all);

// A speculated reply answers just what was committed, and is now released.
bool will_release(const Reply& reply, const Decisions::Commit& commit);

// What was heard of a reply when `samples` of it had been played: whole clauses, and whole words of the one under way, by
// the share of its samples.
std::string heard_text(const Reply& reply, Sample samples);
std::string whole_text(const Reply& reply);

template <class E>
const E* get(const Event& event) {
  return std::get_if<E>(&event);
}

}  // namespace offhook::call

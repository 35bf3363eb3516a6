// The machines behind step(), in the order they are stepped in. Each may change its own part of the state (its
// first argument, a part of `all`) and reads the rest through `all`.
#pragma once

#include <algorithm>

#include "base/result.hpp"
#include "call/state.hpp"

namespace offhook::call {

inline constexpr const char* kToolWaits = "a tool takes long";

void step_floor(Floor& floor, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);
void step_patience(Patience& patience, const State& all, const Event& event, Time now, Decisions& decisions);
void step_line(LineState& line, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);
void step_flow(FlowState& flow, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);
void step_task(Task& task, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);
void step_reply(Reply& reply, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);

// Behind the task: where tools and the model take the flow.
void follow_flow(FlowState& flow, const State& all, Decisions& decisions, Actions& actions);

// After the others: what a speculated reply has called goes with it.
void drop_early_tools(Task& task, const Reply& reply, Actions& actions);

Time deadline_of(const Floor& floor, const State& all);
Time deadline_of(const Patience& patience, const State& all);
Time deadline_of(const LineState& line, const State& all);
Time deadline_of(const Task& task, const State& all);

// What a model is asked with, where the flow is as `flow` has it.
action::Prompt prompt_of(const State& all, const FlowState& flow);
dialog::Context told(const State& all, const FlowState& flow);

// In the context, the caller's words with this number; its end: they are not there yet. 0: its beginning, the greeting
// included.
std::size_t where_turn_begins(const dialog::Context& context, std::size_t turn);

// How an answer to these words would come about, and where that would take the flow.
Directions directions_for(const State& all, const std::string& words, FlowState& after);

// What a model notes in a node of the flow: fields of it, each a value of its kind. The error is the sentence to tell
// the model.
Result<std::vector<FlowState::Field>> read_noted(const Flow& flow, const FlowNode& node, std::string_view arguments);
// … and whether a way is open then.
bool opens_a_way(const State& all, const std::vector<FlowState::Field>& noted);

// The way to that node which the model may take where the reply was asked, if it is open.
const FlowWay* way_of_model(const State& all, std::string_view to);

// What the caller is being asked for.
const FlowSlot* asked_for(const State& all);

// A speculated reply answers just what is committed in this step, as the flow has it too, and is now released.
bool will_release(const State& all, const Decisions& decisions);

// How much of a reply is still to be heard, by the clock; none while that is not known, or it is not heard.
std::optional<Duration> left_of(const Reply& reply, const Settings& settings, Time now);

// A limit may be set beyond all time.
inline Time later(Time from, Duration by) {
  return by > Duration::max() / 2 ? Time::max() : from + by;
}

inline Duration span_of(Sample samples, const Settings& s) {
  constexpr Sample kMost = Sample{1} << 40;
  return Duration(std::clamp(samples, -kMost, kMost) * 1'000'000 / s.rate);
}
inline Sample samples_in(Duration d, const Settings& s) {
  return std::clamp<Duration>(d, -24h, 24h).count() * s.rate / 1'000'000;
}

template <class E>
const E* get(const Event& event) {
  return std::get_if<E>(&event);
}

}  // namespace offhook::call

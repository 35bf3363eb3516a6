// The five machines behind step(), in the order they are stepped in. Each may change its own part of the state (its
// first argument, a part of `all`) and reads the rest through `all`.
#pragma once

#include <algorithm>

#include "call/state.hpp"

namespace offhook::call {

void step_floor(Floor& floor, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);
void step_patience(Patience& patience, const State& all, const Event& event, Time now, Decisions& decisions);
void step_line(LineState& line, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);
void step_task(Task& task, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);
void step_reply(Reply& reply, const State& all, const Event& event, Time now, Decisions& decisions, Actions& actions);

// After the others: what a speculated reply has called goes with it.
void drop_early_tools(Task& task, const Reply& reply, Actions& actions);

Time deadline_of(const Floor& floor, const State& all);
Time deadline_of(const Patience& patience, const State& all);
Time deadline_of(const LineState& line, const State& all);
Time deadline_of(const Task& task, const State& all);

// What has been remembered, as it stands behind the instructions; empty: nothing.
std::string notes_of(const Task& task);

// A speculated reply answers just what is committed in this step, and is now released.
bool will_release(const Reply& reply, const Decisions& decisions);

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

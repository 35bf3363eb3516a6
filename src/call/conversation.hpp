// The conversation: a pure function. No clock, no socket, no thread, no random number; the same state, event and time
// give the same actions, and nothing else is touched.
#pragma once

#include "base/clock.hpp"
#include "call/action.hpp"
#include "call/event.hpp"
#include "call/state.hpp"

namespace offhook::call {

State begin(Settings settings);

// After the call has ended nothing is returned any more. `now` never goes back.
Actions step(State& state, const Event& event, Time now);

// When the state wants a Tick at the latest; Time::max() if never. Late and extra ticks are harmless.
Time next_deadline(const State& state);

inline bool ended(const State& state) {
  return state.line.phase == LineState::Phase::ended;
}

}  // namespace offhook::call

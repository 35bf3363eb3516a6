#include "call/conversation.hpp"

#include <algorithm>
#include <utility>

#include "call/machines.hpp"

namespace offhook::call {

State begin(Settings settings) {
  State state;
  state.settings = std::move(settings);
  if (state.settings.rate < 1000 || state.settings.rate > 48000)
    state.settings.rate = Settings{}.rate;  // a log may say anything
  return state;
}

Actions step(State& state, const Event& event, Time now) {
  Actions actions;
  if (ended(state)) return actions;
  Decisions decisions;
  step_floor(state.floor, state, event, now, decisions, actions);
  step_patience(state.patience, state, event, now, decisions);
  step_line(state.line, state, event, now, decisions, actions);
  step_flow(state.flow, state, event, now, decisions, actions);
  step_task(state.task, state, event, now, decisions, actions);
  follow_flow(state.flow, state, decisions, actions);
  step_reply(state.reply, state, event, now, decisions, actions);
  drop_early_tools(state.task, state.reply, actions);
  return actions;
}

Time next_deadline(const State& state) {
  if (ended(state)) return Time::max();
  return std::min({deadline_of(state.floor, state), deadline_of(state.patience, state), deadline_of(state.line, state),
                   deadline_of(state.task, state)});
}

}  // namespace offhook::call

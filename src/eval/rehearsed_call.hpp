// A scenario played without sound, in virtual time: the conversation itself, in a world where recogniser, turn model
// and voice take a stated time and never err. A minute of it takes milliseconds, and what the model takes.
#pragma once

#include <functional>

#include "call/call.hpp"
#include "call/rehearsal.hpp"
#include "eval/account.hpp"
#include "eval/scenario.hpp"

namespace offhook::eval {

// Virtual time stands still meanwhile. A failure is what the service said.
struct Thought {
  std::string text;
  std::vector<llm::ToolCall> calls;
  std::string failure;
};
using Mind = std::function<Thought(const call::action::Ask& ask)>;

// The answers of the scenario, one for each turn of the caller and one more after each round of tools.
Mind scripted_mind(std::vector<Scripted> answers);

// `think`: asked where the scenario brings no answers of its own.
Account rehearse(const Scenario& scenario, const call::Agent& agent, const Mind& think);

}  // namespace offhook::eval

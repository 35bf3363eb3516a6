// Criteria in plain words, as a language model finds them met or not. It is asked once for each step that has some and
// once for the whole call; again where its answer is of no use; and no more for a call in which it has failed, so that
// one that is down costs a call one wait.
#pragma once

#include <functional>
#include <vector>

#include "eval/account.hpp"
#include "eval/checks.hpp"
#include "eval/rehearsed_call.hpp"
#include "eval/scenario.hpp"

namespace offhook::eval {

inline constexpr Duration kJudgesPatience = 30s;  // for an answer

bool needs_judge(const Scenario& scenario);

// Who judges this scenario: as it says, else the services that the agent itself thinks with. Empty: nobody; the
// embedded model is too small.
std::vector<llm::Spec> judges_of(const Scenario& scenario, const std::vector<llm::Spec>& agents);

using AskJudge = std::function<Thought(llm::Request request)>;

// A check for each criterion of a step that the call came to, then for those of the whole call. It is passed only where
// the judge says so, and unknown where it says nothing of it. `ask`: blocks; none: there is no judge.
std::vector<Check> judge(const Scenario& scenario, const Account& account, const AskJudge& ask);

}  // namespace offhook::eval

// One case as it went. Pure.
#pragma once

#include <vector>

#include "turns/corpus.hpp"
#include "turns/grader.hpp"

namespace offhook::turns {

struct Outcome {
  bool run = false;  // else its call broke before
  CaseTimes times;
  Answered answer;          // of what was said first
  bool cut_in = false;      // pause
  Interrupted interrupted;  // interrupt
  Disturbed disturbed;      // the other kinds over the agent
  SelfInterrupted self;     // complete, echo
};

// `heard` reaches to where the case was over; `cuts` are where the agent dropped sound that was under way.
Outcome outcome_of(Kind kind, const CaseTimes& times, const SoundMap& heard, const std::vector<Samples>& cuts,
                   const Grading& by = {});

}  // namespace offhook::turns

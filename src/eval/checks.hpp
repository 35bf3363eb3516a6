// Was what happened what the scenario expects? All but the criteria in plain words, which are the judge's. Pure.
#pragma once

#include <string>
#include <vector>

#include "eval/account.hpp"
#include "eval/scenario.hpp"

namespace offhook::eval {

struct Check {
  enum class Outcome { passed, failed, unknown };  // unknown: nobody told what would show it, or judged it
  Outcome outcome = Outcome::passed;
  std::string of;        // the step; empty: the whole call
  std::string expected;  // "the answer says \"nine\""
  std::string found;
  bool telling = false;  // what was found is worth knowing even where it is as expected: a time, a judge's reason
};

std::vector<Check> check(const Scenario& scenario, const Account& account);

}  // namespace offhook::eval

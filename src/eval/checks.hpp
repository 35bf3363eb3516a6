// Was what happened what the scenario expects? Pure.
#pragma once

#include <string>
#include <vector>

#include "eval/account.hpp"
#include "eval/scenario.hpp"

namespace offhook::eval {

struct Check {
  enum class Outcome { passed, failed, unknown };  // unknown: nobody told what would show it
  Outcome outcome = Outcome::passed;
  std::string of;        // the step; empty: the whole call
  std::string expected;  // "the answer says \"nine\""
  std::string found;
  bool measured = false;  // a time: worth knowing even where it is short enough
};

std::vector<Check> check(const Scenario& scenario, const Account& account);

}  // namespace offhook::eval

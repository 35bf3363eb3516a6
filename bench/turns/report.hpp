// A run's outcomes as text. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "turns/mixer.hpp"
#include "turns/rates.hpp"
#include "turns/runner.hpp"

namespace offhook::turns {

struct TurnsReport {
  std::string url, label;
  std::vector<Case> cases;
  RunResult result;
  Echo echo;
  Duration wall{};
};

// One line of the report: rates, times, or both.
struct Row {
  std::vector<std::pair<std::string, Rate>> rates;
  std::vector<std::pair<std::string, std::vector<double>>> times;  // ms
  std::string section = {};                                        // pause, complete, short, interrupt, over, echo
  std::string name = {};                                           // of the rows in it: "all", a class, a kind
};
std::vector<Row> rows_of(const std::vector<Case>& cases, const std::vector<Outcome>& outcomes);

std::string table(const TurnsReport& report);                // lines, each with its end
std::string json(const TurnsReport& report);                 // one line, without its end
std::string json_of_cases(const TurnsReport& report);        // the same, with each case's outcome
std::string line_of(const Case& c, const Outcome& outcome);  // one case in words, as it is over
bool passed(const TurnsReport& report);                      // each case was run, and this generator kept time

}  // namespace offhook::turns

// What became of scenarios, for people (text) and for what runs them (JSON, JUnit's XML). Pure.
#pragma once

#include <span>
#include <string>

#include "eval/checks.hpp"

namespace offhook::eval {

struct Verdict {
  std::string file, name;
  std::vector<Check> checks;
  Account account;

  bool passed() const;  // no check failed
};

// A line a check; what was found, what was expected and the transcript where one failed.
std::string as_text(const Verdict& verdict);
std::string summary(std::span<const Verdict> verdicts);  // one line: "2 of 3 scenarios passed, 11 of 12 checks"

std::string as_json(std::span<const Verdict> verdicts);
std::string as_junit(std::span<const Verdict> verdicts);

}  // namespace offhook::eval

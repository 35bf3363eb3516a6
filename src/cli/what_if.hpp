// `offhook replay --set KEY=VALUE` and `--sweep KEY=A,B,C`.
#pragma once

#include <string>
#include <vector>

namespace offhook::cli {

struct WhatIfRequest {
  std::vector<std::string> set;  // "key=value", all of them together
  std::string sweep;             // "key=a,b,c": one row for each; empty: none
  bool json = false;
  bool asked() const { return !set.empty() || !sweep.empty(); }
};

// Prints, and returns the exit status. A log that cannot be used is told on stderr and passed over.
int what_if(const std::vector<std::string>& logs, const WhatIfRequest& request);

}  // namespace offhook::cli

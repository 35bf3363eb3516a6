// What `offhook replay --set` and `--sweep` tell: of many calls, with the recorded settings and with others.
#pragma once

#include <string>
#include <vector>

#include "call/what_if.hpp"

namespace offhook::cli {

// One way of setting things, over all calls.
struct Outcome {
  int turns = 0, cut_ins = 0, uncertain = 0;
  std::vector<Duration> waits;
  call::Tally tally;

  void add(const std::vector<call::Taken>& turns, const call::Tally& tally, int uncertain);
  Duration wait(int percent) const;  // nearest rank; 0 without waits
  double cut_in_percent() const;
};

// The turns of one call in which the changed settings do something else. Empty if there are none.
std::string differences_text(const call::PastCall& call, const call::WhatIf& result);

struct Row {
  std::string name;  // "recorded", "changed" or a value
  Outcome outcome;
};
std::string comparison_text(const Outcome& recorded, const Outcome& changed);
std::string sweep_text(const std::string& key, const std::vector<Row>& rows);

// For machines, without the braces: "turns":12,"cut_ins":1,…
std::string outcome_json(const Outcome& outcome);
std::string differences_json(const call::WhatIf& result);  // a list

}  // namespace offhook::cli

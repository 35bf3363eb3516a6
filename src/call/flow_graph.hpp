// A flow looked at as a graph, before any call: what cannot work in it. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "call/flow.hpp"

namespace offhook::call {

struct FlowMistake {
  std::size_t node = 0;  // which; of `anywhere`: as many as there are nodes
  std::string key;       // of the node's: "next", "collect"; empty: the node itself
  std::string what;      // found …, expected …; remedy
};
// Missing targets; nodes that no way leads to; ways that leave a call standing; loops without a caller or without an
// exit; fields that nothing fills. `greeted`: the call begins with words that are not the flow's.
std::vector<FlowMistake> mistakes_in(const Flow& flow, bool greeted);

// What it says whatever is known, in the clauses that a voice is given: it may be spoken before any call.
std::vector<std::string> fixed_clauses(const Flow& flow);

// Where a call can go from a node: the names of all that its ways, its `unclear` and `anywhere` lead to.
std::vector<std::string> neighbours(const Flow& flow, const FlowNode& node);

}  // namespace offhook::call

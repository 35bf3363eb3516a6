// Takes the decisions of a recorded call again. They are a function of the log's events, so they must be the same.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "call/record.hpp"

namespace offhook::call {

struct Replay {
  Head head;
  std::size_t events = 0, decisions = 0;
  Duration length{};
  struct Divergence {
    std::size_t line;                // of the log, from 1
    std::string recorded, replayed;  // empty: there was none
  };
  std::vector<Divergence> divergences;  // the first 20
};

// `watch` is told each event's actions as they are taken again. Errors name the line.
Result<Replay> replay(std::istream& log, const std::function<void(Duration, const Action&)>& watch = {});

}  // namespace offhook::call

// What happened in a call that a scenario was played in. Times are since its beginning.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace offhook::eval {

// A step of the scenario, as it was done.
struct Played {
  bool done = false;                   // else the call was over before it
  Duration from{}, to{};               // the caller's first sound to their last
  std::optional<Duration> answered{};  // from `to` to the answer's first sound; negative: while the caller spoke
  std::optional<Duration> stopped{};   // an interruption: from `from` to the agent's last sound
  bool missed = false;                 // … the answer was over before it
};

struct Account {
  struct Line {
    bool agent = false;
    std::string text;  // of the agent: what was heard
    Duration at{};     // of its first sound; of the caller's: when the turn was taken
    bool cut = false;
  };
  struct Tool {
    Duration at{};
    std::string name, arguments;  // JSON text
    std::optional<std::string> result =
        {};  // what the model was told of it; none: nobody tells, or it has not returned
  };
  enum class End { caller, agent, broken };

  std::vector<Played> played;  // one for each step
  bool told = true;            // lines and tools are known: the agent's server told them
  std::vector<Line> lines;     // by time
  std::vector<Tool> tools;
  End ended_by = End::caller;
  std::string why;                    // it ended
  std::vector<std::string> troubles;  // what went wrong and is no matter of what was expected
  Duration length{};

  // What is said and done until then is of step `i`.
  Duration next_begins(std::size_t i) const {
    for (++i; i < played.size(); ++i)
      if (played[i].done) return played[i].from;
    return Duration::max();
  }
};

}  // namespace offhook::eval

// Times the handlers of one loop. Each that ran longer than 5 ms has held up every call on the core, so it is counted,
// and named in the log; but a loop in trouble must not drown in its own complaints, so at most one line a second.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace offhook::net {

class Watchdog {
 public:
  static constexpr Duration limit = 5ms;
  static constexpr Duration quiet = 1s;  // between two lines

  struct Line {
    Duration took;
    std::uint64_t unsaid;  // slow handlers since the last line that got none
  };

  // A handler ran; what to say about it, if anything.
  std::optional<Line> ran(Time from, Time to);

 private:
  std::uint64_t unsaid_ = 0;
  std::optional<Time> said_;
};

}  // namespace offhook::net

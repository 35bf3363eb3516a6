#include "net/watchdog.hpp"

#include <utility>

namespace offhook::net {

std::optional<Watchdog::Line> Watchdog::ran(Time from, Time to) {
  if (to - from <= limit) return std::nullopt;
  if (said_ && to - *said_ < quiet) {
    ++unsaid_;
    return std::nullopt;
  }
  said_ = to;
  return Line{to - from, std::exchange(unsaid_, 0)};
}

}  // namespace offhook::net

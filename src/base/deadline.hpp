// The moment by which something must have happened. Passed down, never renewed on the way.
#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace offhook {

class Deadline {
 public:
  constexpr Deadline() = default;  // never
  constexpr explicit Deadline(Time at) : at_(at) {}
  static Deadline in(Time now, Duration d) { return Deadline(now + d); }
  static constexpr Deadline never() { return {}; }

  constexpr bool is_never() const { return at_ == Time::max(); }
  constexpr bool passed(Time now) const { return now >= at_; }
  constexpr Time at() const { return at_; }
  Duration left(Time now) const { return is_never() ? Duration::max() : std::max(Duration::zero(), at_ - now); }
  friend constexpr bool operator==(Deadline, Deadline) = default;
  friend constexpr bool operator<(Deadline a, Deadline b) { return a.at_ < b.at_; }
  static Deadline earlier(Deadline a, Deadline b) { return b < a ? b : a; }

 private:
  Time at_ = Time::max();
};

}  // namespace offhook

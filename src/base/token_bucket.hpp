// How much may come: `burst` at once, and `rate` a second in the long run.
#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace offhook {

class TokenBucket {
 public:
  struct Limits {
    double rate = 0;   // a second; 0: any amount
    double burst = 0;  // at least what comes in one piece
  };

  explicit TokenBucket(Limits limits) : limits_(limits), left_(limits.burst) {}

  // False: that is more than may come. It is then owed, so that who goes on stays refused.
  bool take(Time now, double amount = 1) {
    if (limits_.rate <= 0) return true;
    const double seconds = static_cast<double>((now - last_).count()) / 1e6;
    left_ = std::min(limits_.burst, left_ + limits_.rate * std::max(0.0, seconds)) - amount;
    last_ = now;
    return left_ >= 0;
  }

 private:
  Limits limits_;
  double left_;
  Time last_{};
};

}  // namespace offhook

// Time is a parameter: whoever needs to know the time is given a Clock or a Time, so that tests can hold it still.
#pragma once

#include <chrono>
#include <cstdint>

namespace offhook {

// Microseconds on a clock that never jumps. Its epoch means nothing; only differences do.
struct Monotonic {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<Monotonic>;
  static constexpr bool is_steady = true;
};
using Time = Monotonic::time_point;
using Duration = Monotonic::duration;

using namespace std::chrono_literals;  // NOLINT: 20ms reads better than any alternative, everywhere

inline double to_ms(Duration d) {
  return static_cast<double>(d.count()) / 1000.0;
}

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SteadyClock final : public Clock {
 public:
  Time now() const override {
    return Time(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
  }
};

// Stands still until told to move.
class VirtualClock final : public Clock {
 public:
  Time now() const override { return now_; }
  void advance(Duration d) { now_ += d; }
  void set(Time t) { now_ = t; }

 private:
  Time now_{};
};

}  // namespace offhook

// Numbers of many calls brought down to a few. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"

namespace offhook::load {

// Of values in any unit; all none where there are no values. A percentile is the value of the nearest rank.
struct Spread {
  std::size_t count = 0;
  std::optional<double> p50, p95, p99, most;
};
Spread spread_of(std::vector<double> values);

// How late the generator's own frames were. Constant in size, for hours of many calls: counted in steps of 0.1 ms.
class Lateness {
 public:
  static constexpr Duration kStep = 100us;

  void add(Duration late);
  std::uint64_t count() const { return count_; }
  // The end of the step that the percentile (0 to 1) lies in, at most worst(). Nothing counted: 0.
  Duration percentile(double p) const;
  Duration worst() const { return worst_; }

 private:
  std::array<std::uint64_t, 1000> steps_{};  // the last holds all that was later
  std::uint64_t count_ = 0;
  Duration worst_{};
};

}  // namespace offhook::load

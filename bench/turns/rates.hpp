// Few cases brought down to numbers that say how sure they are. Pure.
#pragma once

#include <optional>
#include <vector>

namespace offhook::turns {

struct Rate {
  int n = 0, of = 0;

  void add(bool happened) { n += happened, ++of; }
  double percent() const { return of == 0 ? 0 : 100.0 * n / of; }
};

// In percent. E. B. Wilson, 1927: right also for few cases and for none or all of them.
struct Interval {
  double low = 0, high = 100;
};
Interval wilson95(const Rate& rate);

// The value of the nearest rank, p from 0 to 1; none of nothing.
std::optional<double> percentile(std::vector<double> values, double p);

}  // namespace offhook::turns

#include "load/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace offhook::load {

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto at = [&](double p) {
    return values[static_cast<std::size_t>(std::lround(p * static_cast<double>(values.size() - 1)))];
  };
  return {values.size(), at(0.5), at(0.95), at(0.99), values.back()};
}

void Lateness::add(Duration late) {
  late = std::max(late, Duration(0));
  ++steps_[std::min(static_cast<std::size_t>(late / kStep), steps_.size() - 1)];
  ++count_;
  worst_ = std::max(worst_, late);
}

Duration Lateness::percentile(double p) const {
  if (count_ == 0) return {};
  const auto rank = static_cast<std::uint64_t>(std::ceil(p * static_cast<double>(count_)));
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
    so_far += steps_[i];
    if (so_far >= rank) return std::min(kStep * static_cast<std::int64_t>(i + 1), worst_);
  }
  return worst_;
}

}  // namespace offhook::load

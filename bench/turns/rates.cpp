#include "turns/rates.hpp"

#include <algorithm>
#include <cmath>

namespace offhook::turns {

Interval wilson95(const Rate& rate) {
  if (rate.of == 0) return {};
  constexpr double z = 1.959964;
  const double n = rate.of, p = std::clamp(rate.n / n, 0.0, 1.0);
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {100 * std::max(0.0, middle - half), 100 * std::min(1.0, middle + half)};
}

std::optional<double> percentile(std::vector<double> values, double p) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

}  // namespace offhook::turns

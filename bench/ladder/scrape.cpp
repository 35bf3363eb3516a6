#include "ladder/scrape.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace offhook::ladder {
namespace {

constexpr std::size_t kMostSeries = 100'000;

std::optional<double> number(std::string_view text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Series parse_scrape(std::string_view text) {
  Series out;
  while (!text.empty() && out.size() < kMostSeries) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto blank = line.rfind(' ');
    if (line.empty() || line.front() == '#' || blank == line.npos) continue;
    if (const auto value = number(line.substr(blank + 1))) out.emplace(line.substr(0, blank), *value);
  }
  return out;
}

std::optional<double> grown(const Series& before, const Series& after, std::string_view series) {
  const auto from = before.find(series), to = after.find(series);
  if (from == before.end() || to == after.end() || to->second < from->second) return std::nullopt;
  return to->second - from->second;
}

std::optional<double> percentile(const Series& before, const Series& after, std::string_view name, double p) {
  const std::string head = std::string(name) + "_bucket{le=\"";
  std::vector<std::pair<double, double>> buckets;  // bound, so many up to it
  for (auto it = after.lower_bound(head); it != after.end() && it->first.starts_with(head); ++it) {
    const std::string_view rest = std::string_view(it->first).substr(head.size());
    const auto bound = number(rest.substr(0, rest.find('"')));
    const auto up_to = grown(before, after, it->first);
    if (!bound || !up_to) return std::nullopt;
    buckets.emplace_back(*bound, *up_to);
  }
  std::ranges::sort(buckets);  // as numbers: as text, 0.1 stands before 0.01's neighbours
  if (buckets.empty() || buckets.back().second <= 0) return std::nullopt;
  const double rank = p * buckets.back().second;
  double low = 0, below = 0;
  for (const auto& [bound, up_to] : buckets) {
    if (up_to >= rank && up_to > below) {
      if (std::isinf(bound)) return low;
      return low + (bound - low) * (rank - below) / (up_to - below);
    }
    low = bound, below = up_to;
  }
  return std::nullopt;
}

}  // namespace offhook::ladder

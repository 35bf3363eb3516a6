#include "ladder/ladder.hpp"

#include <string_view>

namespace offhook::ladder {
namespace {

std::optional<double> ratio(std::optional<double> a, std::optional<double> b) {
  if (!a || !b || *b <= 0) return std::nullopt;
  return *a / *b;
}

std::optional<double> refused(const Series& before, const Series& after) {  // for all reasons
  std::optional<double> sum;
  constexpr std::string_view family = "offhook_calls_refused_total";
  for (auto it = after.lower_bound(family); it != after.end() && it->first.starts_with(family); ++it)
    if (const auto more = grown(before, after, it->first)) sum = sum.value_or(0) + *more;
  return sum;
}

}  // namespace

std::optional<double> Told::scores_a_turn() const {
  return ratio(turn_scores, turns);
}

std::optional<double> Told::waste() const {
  return ratio(wasted, speculations);
}

Told told_between(const Series& before, const Series& after) {
  const auto count = [&](std::string_view series) { return grown(before, after, series); };
  Told out;
  if (const auto late = percentile(before, after, "offhook_beat_lateness_seconds", 0.99)) out.late_p99 = *late * 1000;
  out.turns = count("offhook_turns_total");
  out.turn_scores = count("offhook_scores_total{model=\"turn\"}");
  out.word_scores = count("offhook_scores_total{model=\"words\"}");
  out.speculations = count("offhook_speculations_total");
  out.wasted = count("offhook_speculations_wasted_total");
  out.underruns = count("offhook_underruns_total");
  out.refused = refused(before, after);
  return out;
}

}  // namespace offhook::ladder

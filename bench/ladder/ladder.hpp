// A ladder of loads, each with more calls at once than the one before, and what was measured on each rung.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "ladder/scrape.hpp"
#include "ladder/turn_log.hpp"
#include "load/report.hpp"

namespace offhook::ladder {

// What the server told of a rung. None: it does not tell.
struct Told {
  std::optional<double> late_p99;                  // ms, of the media clock's beats
  std::optional<double> turns;                     // answered, those behind interruptions included
  std::optional<double> turn_scores, word_scores;  // asked
  std::optional<double> speculations, wasted;
  std::optional<double> underruns, refused;
  std::vector<double> overhead;  // ms, each turn's

  std::optional<double> scores_a_turn() const;
  std::optional<double> waste() const;  // of what was speculated, 0 to 1
};

Told told_between(const Series& before, const Series& after);  // but for the overhead

struct Rung {
  load::LoadReport load;
  Told told;
};

struct Ladder {
  std::string agent;  // its file, or the address where it runs
  int turns = 0;      // of each call
  bool barge = false;
  std::optional<Duration> ready;  // from the server's start until it took calls
  std::vector<Rung> rungs;
};

inline std::optional<double> cpu_ms_per_call_second(const load::LoadReport& r) {
  if (!r.server || r.result.call_time <= Duration::zero()) return std::nullopt;
  return r.server->cpu_s * 1e6 / to_ms(r.result.call_time);
}
inline std::optional<double> mb_per_call(const load::LoadReport& r) {
  if (!r.server || r.result.at_once == 0) return std::nullopt;
  return (r.server->most_mb - r.server->before_mb) / r.result.at_once;
}

}  // namespace offhook::ladder

// A ladder of two rungs, for tests of what is made of it.
#pragma once

#include "ladder/ladder.hpp"

namespace offhook::ladder {

inline Rung rung_of(int calls) {
  Rung rung;
  load::LoadResult& r = rung.load.result;
  r.calls = r.at_once = calls;
  r.turns = 3 * calls;
  r.v2v = {410, 420, 430.0 + calls};
  r.greeting = {0.6, 3.5};
  r.barge_in = {105, 110};
  r.call_time = std::chrono::seconds(20 * calls);
  rung.load.wall = 30s;
  rung.load.own_cpu_s = 0.1;
  rung.load.server =
      load::ServerUse{.cpu_s = 0.2 * calls, .before_mb = 100, .most_mb = 100 + 0.5 * calls, .after_mb = 104};
  rung.told = {.late_p99 = 1.25,
               .turns = 8,
               .turn_scores = 12,
               .word_scores = 0,
               .speculations = 10,
               .wasted = 1,
               .underruns = 0,
               .refused = 0,
               .overhead = {1.5, 2.5, 9}};
  return rung;
}

inline Ladder ladder_of_two() {
  Ladder ladder;
  ladder.agent = "bench/agents/standins.yaml";
  ladder.turns = 3;
  ladder.barge = true;
  ladder.ready = 2345ms;
  ladder.rungs = {rung_of(10), rung_of(40)};
  return ladder;
}

}  // namespace offhook::ladder

// The caller of a scenario: when they say, press and do what, from what they hear. Pure; asked at each beat of 20 ms,
// for a real line (performer) as for one in virtual time (rehearsed_call).
//
//   greeting ──▶ turn ──▶ act ──▶ answer ──▶ turn ──▶ act … ──▶ hangs up
//    ≤ 10 s     600 ms of        ≤ 12 s to     └ an interruption: so long after the answer's first sound
//               silence          its first sound
#pragma once

#include <optional>
#include <vector>

#include "eval/account.hpp"
#include "eval/scenario.hpp"

namespace offhook::eval {

class Actor {
 public:
  static constexpr Duration kBeat = 20ms;
  static constexpr Duration kKey = 200ms;  // from one key to the next

  struct Patience {
    Duration greeting = 10s;
    Duration answer = 12s;
    Duration silence = 600ms;  // behind the agent, before the caller speaks; a shorter one is no end of an answer
    Duration ending = 30s;     // for the agent to hang up, where it is to
  };
  // `lengths`: of what each step says, as it will be heard; 0 where it says nothing.
  Actor(const Scenario& scenario, std::vector<Duration> lengths, bool greeted, Patience patience);

  struct Heard {
    bool sounds = false;  // the agent, in this beat
    bool cut = false;     // it has just withdrawn what it was saying
  };
  struct Act {
    enum class Kind { nothing, say, press, hang_up };
    Kind kind = Kind::nothing;
    std::size_t step = 0;  // to be said from this beat on
    char key = 0;
  };
  // The beat that begins at `now`; each at most 20 ms after the one before.
  Act beat(Duration now, Heard heard);

  const std::vector<Played>& played() const { return played_; }

 private:
  enum class Phase { greeting, turn, act, answer };

  void hear(Duration now, Heard heard);
  Act take_turn(Duration now);
  Act begin(Duration now);
  bool quiet(Duration now) const { return now - last_sound_ >= patience_.silence; }

  const std::vector<Step> steps_;
  const std::vector<Duration> lengths_;
  const bool waits_for_end_;
  const Patience patience_;

  Phase phase_;
  std::size_t next_ = 0;  // step to do, or under way
  std::size_t pressed_ = 0;
  std::vector<Played> played_;
  std::optional<std::size_t> spoken_;  // the last step that wants an answer
  Duration last_sound_{};              // end of the agent's last audible beat
  std::optional<Duration> stretch_;    // the agent speaks, but for short silences, since
  Duration free_since_{};              // all steps are done
};

}  // namespace offhook::eval

// How one choice of resilient() stands with one session: whether it may be tried, after what back-off, and what its
// health is told. Of a choice there is at most one session open at a time. Pure but for the times it is given.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "base/clock.hpp"
#include "stt/resilient.hpp"

namespace offhook::stt {

class Standing {
 public:
  Standing(Choice choice, ResiliencePolicy policy, std::uint32_t seed);

  // A session may be opened now, and is counted. Each ok is followed by proven(), if it has recognised what was said up
  // to a pause, and by lost() or left() when it has ended.
  bool enter(Time now);
  void proven(Time now);
  void lost(Time now, const Error& error);
  void left();

  // A connection that did well and was lost is asked for again at once; whatever else fails waits, longer each time.
  Time not_before() const { return not_before_; }
  const std::optional<Error>& last_error() const { return last_error_; }  // since it last did well
  bool may_recover() const;                                               // false: trying again is of no use
  int failures() const { return failures_; }                              // in a row

  const Choice& choice() const { return choice_; }
  const Traits& traits() const { return traits_; }
  // From a pause to when its transcript is not waited for any more.
  Duration patience() const { return policy_.transcript + traits_.usual_final; }

 private:
  Duration back_off();

  const Choice choice_;
  const Traits traits_;
  const ResiliencePolicy policy_;
  std::minstd_rand random_;
  bool entered_ = false;  // health counts a request
  bool proven_ = false;
  Time opened_{}, not_before_ = Time::min();
  int failures_ = 0;
  std::optional<Error> last_error_;
};

}  // namespace offhook::stt

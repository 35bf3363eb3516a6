// How one choice of resilient() stands with one session: whether it may be tried, after what back-off, and what its
// health is told. Of a choice there is at most one session open at a time. Pure but for the times it is given.
#pragma once

#include <algorithm>
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

  // A session may be opened now, and is counted. Each ok is followed by proven() whenever it has recognised what was
  // said up to a pause, heard() for what it says before, and by lost() or left() when it has ended.
  bool enter(Time now);
  // The same where only an open breaker is in the way and nobody else is left: its health hears nothing of the session.
  bool force(Time now);
  void proven(Time now);
  void heard(Time now);
  // `owed`: a pause was asked of it and not answered.
  void lost(Time now, const Error& error, bool owed);
  void left(Time now);
  // A probe that has stayed up until then is told as a success: its caller may be one who never speaks, and others
  // wait.
  Time probed_at() const { return probed_at_; }
  void stayed_up(Time now);

  // From when on it is worth asking again: enter() or force(), or enter() alone in place of one that works. A
  // connection that did well and was lost is asked for again at once; whatever else fails waits, longer each time.
  Time not_before(Time now) const { return may_force(now) ? not_before_ : std::max(not_before_, let_in_); }
  Time candidate_at() const { return std::max({not_before_, let_in_, candidate_at_}); }
  const std::optional<Error>& last_error() const { return last_error_; }  // since it last did well
  bool may_recover() const;                                               // false: trying again is of no use
  int failures() const { return failures_; }                              // in a row

  const Choice& choice() const { return choice_; }
  const Traits& traits() const { return traits_; }
  // From a pause to when its transcript is not waited for any more.
  Duration patience() const { return policy_.transcript + traits_.usual_final; }

 private:
  bool may_force(Time now) const;
  void opened(Time now);
  Duration back_off();
  Duration jittered(Duration d);

  const Choice choice_;
  const Traits traits_;
  const ResiliencePolicy policy_;
  std::minstd_rand random_;
  bool entered_ = false;  // health counts a request
  bool refused_ = false;  // by its health, since the last session
  bool proven_ = false;
  Time opened_{}, probed_at_ = Time::max();
  // The earliest by its own failures; by its health; and as a candidate while another works.
  Time not_before_ = Time::min(), let_in_ = Time::min(), candidate_at_ = Time::min();
  int failures_ = 0;
  std::optional<Error> last_error_;
};

}  // namespace offhook::stt

// What is known of how well a service does: a circuit breaker, its rate limits and how many requests it bears at once.
// One for each provider that an agent names and each loop. Pure but for the clock it is given; home thread only.
//
//   closed ──3 failures in a row──▶ open ──back-off──▶ half open ──probe succeeds──▶ closed
//      └────── 1 refusal ─────────▶  ▲                    │ one request at a time
//            (longest back-off)      └────probe fails─────┘ (twice the back-off, with jitter, 30 s at most)
//
// While it is open, only a probe's end changes anything: what was asked before the trouble says nothing of how it is
// now. Which request ended is not told; while a probe is under way, the next to end counts as the probe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace offhook::net {

struct HealthPolicy {
  int failures = 3;              // in a row: it is open. Refusals and what does not exist open it at once
  Duration back_off = 1s;        // until the first probe …
  Duration longest = 30s;        // … doubling up to this; never waits longer, jitter included
  int jitter_percent = 25;       // of the back-off, up or down, so that not all come back at once
  Duration longest_wait = 2min;  // a Retry-After beyond this is taken for this
  int concurrency = 0;           // requests at once; 0: as many as wanted
  // Where several loops use one account: how many are under way on all of them, counted here instead.
  std::shared_ptr<std::atomic<int>> together = {};
};

// What became of a request, and what that made of the service.
enum class HealthEvent {
  succeeded,
  failed,     // counted as a failure, or it asked to be left alone
  refused,    // enter() said no
  cancelled,  // neither good nor bad; with words where it refused that one request
  opened,     // it is not asked any more
  closed,     // it is well again
};

class ServiceHealth {
 public:
  enum class State { closed, open, half_open };

  // `seed` is the jitter's: another one for each loop.
  ServiceHealth(std::string name, HealthPolicy policy, std::uint64_t seed = 1);

  // May a request go out now? Counts it if so: each ok needs exactly one of the three below. Errors: unavailable (the
  // breaker is open: since when, until when, after which error), full (as many as it bears are under way, or it has
  // said to wait), each with retry_after where that is known.
  Result<void> enter(Time now);
  void succeeded(Time now);
  // refused, not_found: it opens at once. unavailable, timeout, closed, internal: a failure. full: with retry_after it
  // is only waited, else a failure. invalid, cancelled: no fault of the service, as cancelled(). error.retry_after > 0:
  // nothing is asked for so long, whatever the code.
  void failed(Time now, const Error& error);
  void cancelled();  // neither: we lost interest

  // A long request (a session) has had its first answer and goes on: what succeeded() says, but it stays under way, so
  // that a probe that takes the whole call does not keep all others out.
  void answered(Time now);

  // `told` hears of each from now on, with the error where there is one, inside the member that brought it about.
  using Told = std::function<void(HealthEvent, const std::string& why)>;
  void observe(Told told) { told_ = std::move(told); }

  // It has answered, and said that there will be nothing more for so long.
  void rest(Time now, Duration d);

  // Would enter() say yes? Nothing is counted.
  bool ready(Time now) const { return obstacle(now) == Obstacle::none; }
  State state(Time now) const;
  int under_way() const { return under_way_; }
  const std::string& name() const { return name_; }
  const std::string& last_error() const { return last_error_; }  // that counted as a failure
  std::int64_t opened() const { return opened_; }                // how often, ever; a probe that fails is no new time

 private:
  enum class Obstacle { none, open, probed, told_to_wait, busy };
  Obstacle obstacle(Time now) const;
  int busy_with() const;
  void leave();
  void tell(HealthEvent event, const std::string& why = {}) {
    if (told_) told_(event, why);
  }
  void trip(Time now, bool for_long);
  Duration jittered(Duration back_off);

  std::string name_;
  HealthPolicy policy_;
  std::uint64_t random_;
  int under_way_ = 0, failures_ = 0, trips_ = 0;  // trips_: in a row
  bool open_ = false, probing_ = false;           // half open is open_ from open_until_ on
  Time open_since_{}, open_until_{}, wait_until_{};
  std::string last_error_;
  std::int64_t opened_ = 0;
  Told told_;
};

}  // namespace offhook::net

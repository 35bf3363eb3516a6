// The few threads on which models run: min(cores, 2) of them at low priority, so that the loops always win. Jobs are
// taken by deadline, not by arrival. A job that has not begun by its deadline is not run: its `expired` is called
// instead. Bounded; a starved pool shows as the age of its answers.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"

namespace offhook::inference {

struct Job {
  Time wanted;                    // when the answer is wanted: the order of the queue
  Deadline deadline;              // after it the answer is worthless
  std::function<void()> run;      // on a pool thread; posts its answer to a loop itself
  std::function<void()> expired;  // on a pool thread, instead of run, as soon as one is free
};

class Pool {
 public:
  static constexpr std::size_t kCapacity = 256;  // jobs that wait

  struct Health {
    std::atomic<std::uint64_t> done{0}, expired{0}, refused{0};
    std::atomic<std::int64_t> queued{0};
    std::atomic<std::int64_t> age_us{0};  // how long the last job taken had waited, or the oldest waits when one comes
    std::atomic<std::int64_t> worst_age_us{0};
  };

  // Told of each job that is taken how long after `wanted` that was, or 0; and, when a job comes while all threads are
  // busy, of the one that is most overdue. Any thread, under the pool's lock: it must be quick and not come back here.
  using Told = std::function<void(Time now, Duration age)>;

  explicit Pool(const Clock& clock, unsigned threads = 0 /* min(cores, 2) */, std::size_t capacity = kCapacity,
                Told told = {});
  ~Pool();                       // jobs not begun are dropped without a word; the running ones are waited for
  Result<void> submit(Job job);  // any thread; Errc::full
  const Health& health() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace offhook::inference

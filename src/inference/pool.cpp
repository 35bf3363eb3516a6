#include "inference/pool.hpp"

#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/event_loop.hpp"
#include "net/thread_priority.hpp"

namespace offhook::inference {

struct Pool::Impl {
  struct Waiting {
    Job job;
    Time since;
    std::uint64_t order;

    bool before(const Waiting& other) const {
      return job.wanted != other.job.wanted ? job.wanted < other.job.wanted : order < other.order;
    }
  };
  struct Taken {
    Job job;
    bool expired;
  };

  Impl(const Clock& clock, std::size_t capacity, Told told)
      : clock_(clock), capacity_(std::max<std::size_t>(1, capacity)), told_(std::move(told)) {
    waiting_.reserve(capacity_);
  }

  // A few hundred at most, each of them milliseconds of work: looking at all of them costs nothing beside that, and
  // lets an expired job be told at once, whatever its place in the order.
  std::optional<Taken> take() {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return std::nullopt;

    const Time now = clock_.now();
    auto best =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.job.deadline.passed(now); });
    const bool expired = best != waiting_.end();
    if (!expired)
      best = std::min_element(waiting_.begin(), waiting_.end(),
                              [](const Waiting& a, const Waiting& b) { return a.before(b); });
    note_age(now - best->since);
    tell(now, best->job.wanted);
    Taken taken{std::move(best->job), expired};
    if (&*best != &waiting_.back()) *best = std::move(waiting_.back());
    waiting_.pop_back();
    health_.queued = static_cast<std::int64_t>(waiting_.size());
    return taken;
  }

  void work() {
    net::name_this_thread("offhook-model");
    net::lower_this_thread();
    while (auto taken = take()) {
      const auto& call = taken->expired ? taken->job.expired : taken->job.run;
      if (call) call();
      auto& count = taken->expired ? health_.expired : health_.done;
      taken.reset();  // what the job holds is gone when it is counted
      ++count;
    }
  }

  void note_age(Duration age) {
    health_.age_us = age.count();
    if (age.count() > health_.worst_age_us) health_.worst_age_us = age.count();
  }

  void tell(Time now, Time wanted) {
    if (told_) told_(now, wanted < now ? now - wanted : Duration::zero());
  }

  const Clock& clock_;
  const std::size_t capacity_;
  const Told told_;
  Health health_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<Waiting> waiting_;  // unordered
  std::uint64_t order_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

Pool::Pool(const Clock& clock, unsigned threads, std::size_t capacity, Told told)
    : impl_(std::make_unique<Impl>(clock, capacity, std::move(told))) {
  if (threads == 0) threads = std::min(net::usable_cores(), 2u);
  // Signals are for the threads that expect them; a new thread inherits its maker's mask.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (unsigned i = 0; i < threads; ++i) impl_->threads_.emplace_back([impl = impl_.get()] { impl->work(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Pool::~Pool() {
  {
    const std::lock_guard lock(impl_->mutex_);
    impl_->stopping_ = true;
  }
  impl_->work_.notify_all();
  for (auto& thread : impl_->threads_) thread.join();
}

Result<void> Pool::submit(Job job) {
  {
    const std::lock_guard lock(impl_->mutex_);
    if (impl_->stopping_) return Error{Errc::closed, "handing a job to the model threads: they are ending"};
    if (impl_->waiting_.size() >= impl_->capacity_) {
      ++impl_->health_.refused;
      return Error{Errc::full, "handing a job to the model threads: " + std::to_string(impl_->capacity_) +
                                   " are waiting already, the machine is overloaded; admit fewer calls"};
    }
    const Time now = impl_->clock_.now();
    impl_->waiting_.push_back({std::move(job), now, impl_->order_++});
    impl_->health_.queued = static_cast<std::int64_t>(impl_->waiting_.size());
    // Threads stuck in long jobs take nothing, so the age is looked at here too.
    Time oldest = now, most_overdue = now;
    for (const auto& w : impl_->waiting_) {
      oldest = std::min(oldest, w.since);
      most_overdue = std::min(most_overdue, w.job.wanted);
    }
    if (most_overdue < now) impl_->tell(now, most_overdue);
    if (const Duration age = now - oldest; age.count() > impl_->health_.age_us) impl_->note_age(age);
  }
  impl_->work_.notify_one();
  return {};
}

const Pool::Health& Pool::health() const {
  return impl_->health_;
}

}  // namespace offhook::inference

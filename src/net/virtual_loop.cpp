#include "net/virtual_loop.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace offhook::net {

VirtualLoop::~VirtualLoop() {
  // A dropped task may own what posts again as it goes.
  while (queued_tasks() > 0) {
    take();
    taken_.clear();
  }
}

// As one loop's turn: what a task posts comes in the next. Swapped, so that a round asks for no memory.
void VirtualLoop::take() {
  const std::lock_guard lock(mutex_);
  std::swap(taken_, tasks_);
}

void VirtualLoop::run_ready() {
  if (std::exchange(running_, true))
    log::fatal("virtual_loop_reentered", {{"remedy", "a task or timer must not run the loop that runs it"}});
  constexpr int most_rounds = 100'000;
  for (int round = 0;; ++round) {
    if (round == most_rounds)
      log::fatal("virtual_loop_never_rests", {{"found", "tasks or timers that renew themselves without time passing"}});
    take();
    std::size_t ran = taken_.size();
    for (auto& task : taken_) std::exchange(task, nullptr)();
    taken_.clear();
    ran += timers_.fire_due(now_);
    if (ran == 0) break;
  }
  running_ = false;
}

void VirtualLoop::advance(Duration d) {
  const Time end = now_ + d;
  for (;;) {
    run_ready();
    const Deadline next = timers_.next();
    if (next.is_never() || next.at() > end) break;
    now_ = std::max(now_, next.at());
  }
  now_ = std::max(now_, end);
}

void VirtualLoop::stall(Duration d) {
  now_ += d;
}

bool VirtualLoop::wait_until(const std::function<bool()>& done, std::chrono::seconds bound) {
  const auto end = std::chrono::steady_clock::now() + bound;
  for (;;) {
    run_ready();
    if (done()) return true;
    const auto now = std::chrono::steady_clock::now();
    if (now >= end) return false;
    // Short waits: `done` may look at what another thread sets without posting.
    std::unique_lock lock(mutex_);
    posted_.wait_until(lock, std::min(end, now + std::chrono::milliseconds(5)), [this] { return !tasks_.empty(); });
  }
}

void VirtualLoop::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  posted_.notify_one();
}

bool VirtualLoop::is_home() const {
  return std::this_thread::get_id() == home_;
}

std::size_t VirtualLoop::queued_tasks() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

}  // namespace offhook::net

// The Loop of tests: time stands still until told to move, and then everything runs in the order of time, on the
// caller's thread. Starts at Time{}. Needs nothing of the library behind EventLoop.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "net/loop.hpp"
#include "net/timer_queue.hpp"

namespace offhook::net {

class VirtualLoop final : public Loop {
 public:
  VirtualLoop() = default;
  ~VirtualLoop() override;  // what is still queued is dropped

  void run_ready();          // posted tasks and timers due now, and what these post and arm for now, until none is left
  void advance(Duration d);  // run_ready() at every moment something is due on the way, each exactly on time
  void stall(Duration d);    // time passes and nothing runs, as if this thread were busy; also inside a task
  // For what real threads post: runs what is ready until `done`, or for `bound` of real time at most. Returns done().
  bool wait_until(const std::function<bool()>& done, std::chrono::seconds bound = std::chrono::seconds(20));

  Time now() const override { return now_; }
  void post(std::function<void()> task) override;
  bool is_home() const override;

  std::size_t armed_timers() const { return timers_.size(); }
  std::size_t queued_tasks() const;

 private:
  void arm(Timer& timer) override { timers_.arm(timer); }
  void disarm(Timer& timer) override { timers_.disarm(timer); }
  void take();

  const std::thread::id home_ = std::this_thread::get_id();
  Time now_{};
  TimerQueue timers_;
  bool running_ = false;
  mutable std::mutex mutex_;  // of tasks_ only: any thread may post
  std::condition_variable posted_;
  std::vector<std::function<void()>> tasks_, taken_;  // taken_: being run
};

}  // namespace offhook::net

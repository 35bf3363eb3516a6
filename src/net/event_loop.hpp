// A Loop on a thread of its own, over one Boost.Asio io_context. A watchdog names every handler that ran over 5 ms.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <typeinfo>

#include "net/loop.hpp"
#include "net/media_clock.hpp"

namespace boost::asio {
class io_context;
}

namespace offhook::net {

class EventLoop final : public Loop {
 public:
  // What the loop has seen of itself since the last read; for /metrics. Written by the home thread, read by any.
  struct Health {
    std::atomic<std::uint64_t> slow_handlers{0};  // ran longer than the watchdog's limit
    std::atomic<std::int64_t> worst_handler_us{0};
    std::atomic<std::int64_t> lag_us{0};  // how late the last timer fired
    std::atomic<std::int64_t> worst_lag_us{0};
    std::atomic<std::int64_t> frame_lateness_us{0};  // of the media clock
    std::atomic<int> load{0};                        // connections living here; the acceptor picks the least
  };

  explicit EventLoop(std::string name);
  ~EventLoop() override;  // stops and joins; what is still queued is dropped

  void start();  // the thread; before it, only post() may be used
  void stop();   // any thread; returns at once
  void join();

  Time now() const override;
  void post(std::function<void()> task) override;
  bool is_home() const override;

  MediaClock& media_clock();
  Health& health() { return health_; }
  const std::string& name() const { return name_; }
  boost::asio::io_context& context();  // for the files of net/ only

  // Shows the watchdog a handler of context() that came neither through post() nor from a Timer: lives as long as it
  // runs. Home thread only; inside another Watch, a task or a timer it does nothing. `what` must outlive it.
  class Watch {
   public:
    Watch(EventLoop& loop, const char* what);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    friend class EventLoop;
    Watch(EventLoop& loop, const char* what, const std::type_info* type);

    EventLoop* loop_;  // nullptr: an inner one
    const char* what_;
    const std::type_info* type_;  // of the callable, which names where it was written
    Time from_{};
  };

 private:
  void arm(Timer& timer) override;
  void disarm(Timer& timer) override;

  struct Impl;
  std::string name_;
  Health health_;
  std::unique_ptr<Impl> impl_;
};

// Runs `task` on the loop and waits for it. Not from the loop itself, which must have been started.
void run_on(Loop& loop, const std::function<void()>& task);

// How many loops this machine can run: the affinity mask, bounded by the cgroup's CPU quota, at least 1.
unsigned usable_cores();

}  // namespace offhook::net

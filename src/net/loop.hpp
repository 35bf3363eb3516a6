// One thread's event loop as the rest of the program sees it. A call is born, lives and dies on one Loop, so call code
// has no mutex. Two implementations: EventLoop (event_loop.hpp, Boost.Asio) and VirtualLoop (virtual_loop.hpp, for
// tests: time moves only when told to).
#pragma once

#include <cstddef>
#include <functional>

#include "base/clock.hpp"

namespace offhook::net {

class Timer;

class Loop : public Clock {
 public:
  // Runs `task` on this loop, soon. The only member that may be called from any thread.
  virtual void post(std::function<void()> task) = 0;
  // True on the loop's own thread; debug builds assert it in call code.
  virtual bool is_home() const = 0;

 private:
  friend class Timer;
  virtual void arm(Timer& timer) = 0;     // at timer.due_, which may have changed since the last arm
  virtual void disarm(Timer& timer) = 0;  // harmless if it was not armed
};

// A member of whoever waits: fires once at `due`, unless armed again or destroyed before. Re-arming allocates nothing.
// Home thread only. The callback may destroy the timer.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> fire) : loop_(loop), fire_(std::move(fire)) {}
  ~Timer() {
    if (destroyed_) *destroyed_ = true;
    loop_.disarm(*this);
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void at(Time due) {
    due_ = due;
    loop_.arm(*this);
  }
  void after(Duration d) { at(loop_.now() + d); }
  void cancel() { loop_.disarm(*this); }
  Time due() const { return due_; }

 private:
  friend class TimerQueue;  // timer_queue.hpp: the heap both loops keep their timers in
  Loop& loop_;
  std::function<void()> fire_;
  Time due_{};
  std::size_t slot_ = static_cast<std::size_t>(-1);  // place in the loop's heap; -1: not armed
  bool* destroyed_ = nullptr;                        // set while firing: fire_ is on the caller's stack then
};

}  // namespace offhook::net

// The heap of armed timers behind both loops: earliest first, and in the order of arming where they are due together.
// Arming a timer that is armed already moves it and allocates nothing. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <typeinfo>
#include <vector>

#include "base/deadline.hpp"
#include "net/loop.hpp"

namespace offhook::net {

class TimerQueue {
 public:
  struct Due {
    Time at;
    const std::type_info* type;  // of the timer's callable: names where it was written
  };
  using Round = std::uint64_t;

  void arm(Timer& timer);  // at timer.due(); a time already past counts as the last round's
  void disarm(Timer& timer);
  static bool armed(const Timer& timer) { return timer.slot_ != none; }

  Deadline next() const { return heap_.empty() ? Deadline::never() : Deadline(heap_.front().due); }
  std::size_t size() const { return heap_.size(); }

  // A round fires what was due by `now` and armed before it began. A timer armed by a callback, even for the past,
  // waits for the next round, and stands behind all that were due earlier: no timer can starve the loop or another
  // timer.
  Round begin_round(Time now);
  std::optional<Due> due(Round round) const;  // what fire_next() would fire, if it may fire in this round
  void fire_next();                           // the callback may destroy or arm any timer, its own too
  std::size_t fire_due(Time now);             // a whole round; returns how many fired

 private:
  struct Entry {
    Time due;  // a copy: timer->due_ changes before arm() learns of it
    std::uint64_t order;
    Timer* timer;
    bool before(const Entry& other) const { return due != other.due ? due < other.due : order < other.order; }
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  void place(std::size_t slot, Entry entry);
  void up(std::size_t slot, Entry entry);
  void down(std::size_t slot, Entry entry);
  void settle(std::size_t slot, Entry entry);

  std::vector<Entry> heap_;  // four children a node: half the depth of two, and siblings share cache lines
  std::uint64_t order_ = 0;
  Time now_ = Time::min();  // of the last round
};

}  // namespace offhook::net

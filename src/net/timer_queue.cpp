#include "net/timer_queue.hpp"

#include <algorithm>
#include <utility>

namespace offhook::net {

void TimerQueue::arm(Timer& timer) {
  const Entry entry{std::max(timer.due_, now_), order_++, &timer};
  if (timer.slot_ == none) {
    timer.slot_ = heap_.size();
    heap_.push_back(entry);
  }
  settle(timer.slot_, entry);
}

void TimerQueue::disarm(Timer& timer) {
  const std::size_t slot = std::exchange(timer.slot_, none);
  if (slot == none) return;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (slot < heap_.size()) settle(slot, last);
}

TimerQueue::Round TimerQueue::begin_round(Time now) {
  now_ = std::max(now_, now);
  return order_;
}

std::optional<TimerQueue::Due> TimerQueue::due(Round round) const {
  if (heap_.empty() || heap_.front().due > now_ || heap_.front().order >= round) return std::nullopt;
  return Due{heap_.front().due, &heap_.front().timer->fire_.target_type()};
}

void TimerQueue::fire_next() {
  Timer& timer = *heap_.front().timer;
  disarm(timer);
  // The callable runs from here, not from the timer: it may destroy the timer, and must not lose its captures by that.
  bool destroyed = false;
  timer.destroyed_ = &destroyed;
  std::function<void()> fire = std::move(timer.fire_);
  fire();
  if (destroyed) return;
  timer.fire_ = std::move(fire);
  timer.destroyed_ = nullptr;
}

std::size_t TimerQueue::fire_due(Time now) {
  std::size_t fired = 0;
  for (const Round round = begin_round(now); due(round); ++fired) fire_next();
  return fired;
}

void TimerQueue::place(std::size_t slot, Entry entry) {
  heap_[slot] = entry;
  entry.timer->slot_ = slot;
}

void TimerQueue::up(std::size_t slot, Entry entry) {
  while (slot > 0) {
    const std::size_t parent = (slot - 1) / 4;
    if (!entry.before(heap_[parent])) break;
    place(slot, heap_[parent]);
    slot = parent;
  }
  place(slot, entry);
}

void TimerQueue::down(std::size_t slot, Entry entry) {
  for (;;) {
    const std::size_t first = slot * 4 + 1;
    if (first >= heap_.size()) break;
    std::size_t least = first;
    for (std::size_t child = first + 1; child < std::min(first + 4, heap_.size()); ++child)
      if (heap_[child].before(heap_[least])) least = child;
    if (!heap_[least].before(entry)) break;
    place(slot, heap_[least]);
    slot = least;
  }
  place(slot, entry);
}

void TimerQueue::settle(std::size_t slot, Entry entry) {
  if (slot > 0 && entry.before(heap_[(slot - 1) / 4]))
    up(slot, entry);
  else
    down(slot, entry);
}

}  // namespace offhook::net

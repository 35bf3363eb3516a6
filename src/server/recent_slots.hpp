// A measure over the last ten slots of time, each 100 ms long, say: what is asked of it is never older than ten slots.
// Lock-free: any thread writes, any reads; what two write at the same moment is both kept.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace offhook::server {

class RecentSlots {
 public:
  static constexpr std::size_t slots = 10;

  explicit RecentSlots(Duration slot) : slot_(slot) {}

  void raise(Time now, std::uint32_t value);  // the slot's value is at least that
  void add(Time now, std::uint32_t value);    // … is so much more
  std::uint32_t third_highest(Time now) const;
  std::uint32_t sum(Time now) const;
  void clear();

 private:
  // Number of the slot since the clock's beginning in the upper half, value in the lower: both change at once.
  using Packed = std::uint64_t;
  std::uint32_t number(Time at) const;
  void change(Time now, std::uint32_t value, std::uint32_t (*merge)(std::uint32_t, std::uint32_t));
  std::array<std::uint32_t, slots> values(Time now) const;

  const Duration slot_;
  std::array<std::atomic<Packed>, slots> ring_{};
};

}  // namespace offhook::server

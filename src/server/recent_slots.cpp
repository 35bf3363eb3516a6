#include "server/recent_slots.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

namespace offhook::server {
namespace {

constexpr std::uint32_t number_of(std::uint64_t packed) {
  return static_cast<std::uint32_t>(packed >> 32);
}
constexpr std::uint32_t value_of(std::uint64_t packed) {
  return static_cast<std::uint32_t>(packed);
}

std::uint32_t higher(std::uint32_t a, std::uint32_t b) {
  return std::max(a, b);
}
std::uint32_t total(std::uint32_t a, std::uint32_t b) {
  return b > std::numeric_limits<std::uint32_t>::max() - a ? std::numeric_limits<std::uint32_t>::max() : a + b;
}

}  // namespace

std::uint32_t RecentSlots::number(Time at) const {
  return static_cast<std::uint32_t>(at.time_since_epoch() / slot_);
}

void RecentSlots::raise(Time now, std::uint32_t value) {
  change(now, value, higher);
}

void RecentSlots::add(Time now, std::uint32_t value) {
  change(now, value, total);
}

void RecentSlots::change(Time now, std::uint32_t value, std::uint32_t (*merge)(std::uint32_t, std::uint32_t)) {
  const std::uint32_t current = number(now);
  std::atomic<Packed>& slot = ring_[current % slots];
  Packed seen = slot.load(std::memory_order_relaxed);
  for (;;) {
    if (number_of(seen) > current) return;  // another thread is ten slots ahead
    const std::uint32_t merged = number_of(seen) == current ? merge(value_of(seen), value) : value;
    if (slot.compare_exchange_weak(seen, Packed{current} << 32 | merged, std::memory_order_relaxed)) return;
  }
}

std::array<std::uint32_t, RecentSlots::slots> RecentSlots::values(Time now) const {
  const std::uint32_t current = number(now);
  std::array<std::uint32_t, slots> out{};
  for (std::size_t i = 0; i < slots; ++i) {
    const Packed packed = ring_[i].load(std::memory_order_relaxed);
    const std::uint32_t at = number_of(packed);
    // One that is ahead of `now` was written by a thread that looked at the clock later.
    if (at > current || current - at < slots) out[i] = value_of(packed);
  }
  return out;
}

std::uint32_t RecentSlots::third_highest(Time now) const {
  auto found = values(now);
  std::nth_element(found.begin(), found.begin() + 2, found.end(), std::greater<>());
  return found[2];
}

std::uint32_t RecentSlots::sum(Time now) const {
  const auto found = values(now);
  return std::accumulate(found.begin(), found.end(), std::uint32_t{0}, total);
}

void RecentSlots::clear() {
  for (auto& slot : ring_) slot.store(0, std::memory_order_relaxed);
}

}  // namespace offhook::server

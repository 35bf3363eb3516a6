#include "server/recent_slots.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace offhook::server {
namespace {

Time at(Duration d) {
  return Time{} + 1h + d;
}

TEST(RecentSlots, the_third_highest_slot_is_told_not_the_third_highest_value) {
  RecentSlots peaks(100ms);
  for (int i = 0; i < 50; ++i) peaks.raise(at(0ms), 900 + i);
  peaks.raise(at(100ms), 700);
  EXPECT_EQ(peaks.third_highest(at(150ms)), 0u);
  peaks.raise(at(200ms), 500);
  peaks.raise(at(250ms), 300);  // the same slot
  EXPECT_EQ(peaks.third_highest(at(250ms)), 500u);
}

TEST(RecentSlots, what_is_ten_slots_old_is_forgotten) {
  RecentSlots counts(100ms);
  counts.add(at(0ms), 2);
  counts.add(at(99ms), 3);
  counts.add(at(500ms), 1);
  EXPECT_EQ(counts.sum(at(999ms)), 6u);
  EXPECT_EQ(counts.sum(at(1000ms)), 1u);
  counts.add(at(1000ms), 7);  // takes the place of the first
  EXPECT_EQ(counts.sum(at(1499ms)), 8u);
  EXPECT_EQ(counts.sum(at(1500ms)), 7u);
  EXPECT_EQ(counts.sum(at(1h)), 0u);
}

TEST(RecentSlots, a_value_that_would_not_fit_stays_at_the_highest) {
  RecentSlots counts(100ms);
  counts.add(at(0ms), 0xFFFF'FFF0u);
  counts.add(at(0ms), 0x20u);
  EXPECT_EQ(counts.sum(at(0ms)), 0xFFFF'FFFFu);
}

TEST(RecentSlots, what_several_threads_add_at_once_is_all_there) {
  RecentSlots counts(100ms);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) counts.add(at(Duration(i)), 1);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counts.sum(at(10ms)), 40'000u);
}

TEST(RecentSlots, one_that_comes_with_an_old_time_does_no_harm) {
  RecentSlots counts(100ms);
  counts.add(at(2000ms), 5);
  counts.add(at(1000ms), 9);  // the same place of the ring, ten slots ago
  EXPECT_EQ(counts.sum(at(2000ms)), 5u);
  counts.clear();
  EXPECT_EQ(counts.sum(at(2000ms)), 0u);
}

}  // namespace
}  // namespace offhook::server

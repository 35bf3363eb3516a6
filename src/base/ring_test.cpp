#include "base/ring.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>

namespace offhook {
namespace {

TEST(Ring, is_a_queue_whatever_the_order_of_pushes_and_pops) {
  std::mt19937 random(7);
  Ring<std::unique_ptr<int>> ring;
  std::deque<int> same;
  for (int n = 0; n < 20'000; ++n) {
    const auto what = random() % 16;
    if (what < 7) {
      ring.push_back(std::make_unique<int>(n));
      same.push_back(n);
    } else if (what < 9) {
      ring.push_front(std::make_unique<int>(n));
      same.push_front(n);
    } else if (what == 15 && n % 50 == 0) {
      ring.clear();
      same.clear();
    } else if (!same.empty()) {
      EXPECT_EQ(*ring.front(), same.front());
      ring.pop_front();
      same.pop_front();
    }
    ASSERT_EQ(ring.size(), same.size());
    ASSERT_EQ(ring.empty(), same.empty());
    if (same.empty()) continue;
    const auto at = random() % same.size();
    ASSERT_EQ(*ring[at], same[at]);
    ASSERT_EQ(*ring.back(), same.back());
  }
}

TEST(Ring, lets_go_of_what_is_popped) {
  const auto held = std::make_shared<int>(1);
  Ring<std::shared_ptr<int>> ring;
  ring.push_back(held);
  ring.push_back(held);
  EXPECT_EQ(held.use_count(), 3);
  ring.pop_front();
  EXPECT_EQ(held.use_count(), 2);
  ring.clear();
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace offhook

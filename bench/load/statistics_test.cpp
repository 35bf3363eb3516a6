#include "load/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace offhook::load {
namespace {

TEST(Spread, is_taken_by_nearest_rank_whatever_the_order) {
  std::vector<double> hundred(101);
  std::iota(hundred.begin(), hundred.end(), 0);
  std::ranges::reverse(hundred);
  const Spread s = spread_of(hundred);
  EXPECT_EQ(s.count, 101u);
  EXPECT_EQ(s.p50, 50);
  EXPECT_EQ(s.p95, 95);
  EXPECT_EQ(s.p99, 99);
  EXPECT_EQ(s.most, 100);
  EXPECT_EQ(spread_of({3, 1, 2}).p50, 2);
  EXPECT_EQ(spread_of({7}).p95, 7);
}

TEST(Spread, of_nothing_is_nothing_and_not_0) {
  EXPECT_FALSE(spread_of({}).p50);
  EXPECT_FALSE(spread_of({}).most);
}

TEST(Lateness, percentiles_are_right_to_a_tenth_of_a_millisecond) {
  Lateness l;
  EXPECT_EQ(l.percentile(0.99), Duration(0));
  for (int i = 0; i < 990; ++i) l.add(250us);
  for (int i = 0; i < 10; ++i) l.add(7ms);
  l.add(300ms);  // beyond all steps
  l.add(-1ms);
  EXPECT_EQ(l.count(), 1002u);
  EXPECT_EQ(l.percentile(0.5), 300us);
  EXPECT_EQ(l.percentile(0.995), 7100us);
  EXPECT_EQ(l.percentile(1), 300ms);
  EXPECT_EQ(l.worst(), 300ms);
}

}  // namespace
}  // namespace offhook::load

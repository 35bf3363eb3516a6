#include "base/token_bucket.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

Time at(Duration d) {
  return Time{} + 1h + d;
}

TEST(TokenBucket, a_burst_passes_and_then_only_the_rate) {
  TokenBucket bucket({.rate = 10, .burst = 5});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(bucket.take(at(0ms)));
  EXPECT_FALSE(bucket.take(at(0ms)));
  EXPECT_TRUE(bucket.take(at(300ms))) << "one was owed, three have come";
  EXPECT_TRUE(bucket.take(at(300ms)));
  EXPECT_FALSE(bucket.take(at(300ms)));
  for (int i = 1; i < 100; ++i) EXPECT_TRUE(bucket.take(at(1s + i * 100ms)));
}

TEST(TokenBucket, what_was_saved_up_is_no_more_than_a_burst) {
  TokenBucket bucket({.rate = 1000, .burst = 50});
  EXPECT_TRUE(bucket.take(at(1h), 50));
  EXPECT_FALSE(bucket.take(at(1h), 1));
}

TEST(TokenBucket, a_rate_of_zero_bounds_nothing) {
  TokenBucket bucket({});
  EXPECT_TRUE(bucket.take(at(0ms), 1e12));
}

}  // namespace
}  // namespace offhook

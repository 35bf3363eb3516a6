#include "turns/rates.hpp"

#include <gtest/gtest.h>

namespace offhook::turns {
namespace {

TEST(Rates, wilsons_interval_is_as_printed_in_the_literature) {
  const Interval ten_of_fifty = wilson95({10, 50});
  EXPECT_NEAR(ten_of_fifty.low, 11.24, 0.01);
  EXPECT_NEAR(ten_of_fifty.high, 33.04, 0.01);
  const Interval none_of_ten = wilson95({0, 10});
  EXPECT_NEAR(none_of_ten.low, 0, 1e-9);
  EXPECT_NEAR(none_of_ten.high, 27.75, 0.01);
  EXPECT_NEAR(wilson95({10, 10}).low, 72.25, 0.01);
}

TEST(Rates, of_nothing_nothing_is_known) {
  EXPECT_EQ(wilson95({}).low, 0);
  EXPECT_EQ(wilson95({}).high, 100);
  EXPECT_FALSE(percentile({}, 0.5));
}

TEST(Rates, a_percentile_is_a_value_that_was_there) {
  EXPECT_EQ(percentile({3, 1, 2}, 0.5), 2);
  EXPECT_EQ(percentile({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 0.9), 10);
  EXPECT_EQ(percentile({1, 2, 3, 4}, 0.5), 2);
  EXPECT_EQ(percentile({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, 0.95), 15);
  EXPECT_EQ(percentile({7}, 0.95), 7);
}

}  // namespace
}  // namespace offhook::turns

#include "net/watchdog.hpp"

#include <gtest/gtest.h>

namespace offhook::net {
namespace {

TEST(Watchdog, says_nothing_of_handlers_within_the_limit) {
  Watchdog watchdog;
  EXPECT_FALSE(watchdog.ran(Time{1s}, Time{1s} + 5ms));
  EXPECT_TRUE(watchdog.ran(Time{2s}, Time{2s} + 5ms + 1us));
}

TEST(Watchdog, says_one_line_a_second_and_how_many_it_kept_to_itself) {
  Watchdog watchdog;
  const auto first = watchdog.ran(Time{0s}, Time{10ms});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->took, 10ms);
  EXPECT_EQ(first->unsaid, 0u);
  for (int i = 1; i <= 9; ++i) EXPECT_FALSE(watchdog.ran(Time{i * 100ms}, Time{i * 100ms + 10ms})) << i;
  const auto next = watchdog.ran(Time{1s}, Time{1010ms});
  ASSERT_TRUE(next);
  EXPECT_EQ(next->unsaid, 9u);
  const auto later = watchdog.ran(Time{5s}, Time{5020ms});
  ASSERT_TRUE(later);
  EXPECT_EQ(later->unsaid, 0u) << "counted once";
}

}  // namespace
}  // namespace offhook::net

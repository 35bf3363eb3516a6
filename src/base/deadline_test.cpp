#include "base/deadline.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

TEST(Deadline, passes_at_its_moment_and_not_before) {
  const Time now{1s};
  const Deadline deadline = Deadline::in(now, 200ms);
  EXPECT_FALSE(deadline.passed(now + 200ms - 1us));
  EXPECT_TRUE(deadline.passed(now + 200ms));
  EXPECT_EQ(deadline.left(now + 150ms), 50ms);
  EXPECT_EQ(deadline.left(now + 300ms), 0ms) << "what is left is never negative";
}

TEST(Deadline, never_does_not_pass) {
  const Deadline never;
  EXPECT_TRUE(never.is_never());
  EXPECT_FALSE(never.passed(Time{24h * 365 * 100}));
  EXPECT_EQ(never.left(Time{1h}), Duration::max());
  EXPECT_EQ(never, Deadline::never());
}

TEST(Deadline, the_earlier_of_two_wins_over_never) {
  const Deadline soon(Time{1s}), late(Time{2s});
  EXPECT_EQ(Deadline::earlier(late, soon), soon);
  EXPECT_EQ(Deadline::earlier(soon, late), soon);
  EXPECT_EQ(Deadline::earlier(Deadline::never(), late), late);
}

}  // namespace
}  // namespace offhook

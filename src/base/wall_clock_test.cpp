#include "base/wall_clock.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

TEST(WallClock, is_written_in_utc_whatever_the_machine_thinks) {
  EXPECT_EQ(utc("%Y-%m-%dT%H:%M:%SZ", 0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc("%Y-%m-%d", 1769904000), "2026-02-01");
  EXPECT_EQ(utc_day().size(), 10u);
}

}  // namespace
}  // namespace offhook

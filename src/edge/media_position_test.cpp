#include "edge/media_position.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace offhook::edge {
namespace {

TEST(MediaPosition, regular_frames_stand_end_to_end) {
  MediaPosition position;
  for (std::int64_t i = 0; i < 100; ++i) ASSERT_EQ(position.place(i * 20, 160), i * 160);
  EXPECT_EQ(position.gaps(), 0u);
}

TEST(MediaPosition, lost_frames_show_as_a_gap_of_their_length) {
  MediaPosition position;
  EXPECT_EQ(position.place(0, 160), 0);
  EXPECT_EQ(position.place(60, 160), 480);
  EXPECT_EQ(position.place(80, 160), 640);
  EXPECT_EQ(position.gaps(), 1u);
}

TEST(MediaPosition, the_stream_may_begin_late) {
  MediaPosition position;
  EXPECT_EQ(position.place(100, 160), 800);
  EXPECT_EQ(position.place(120, 160), 960);
}

TEST(MediaPosition, jitter_below_a_frame_is_not_a_gap) {
  MediaPosition position;
  EXPECT_EQ(position.place(0, 160), 0);
  EXPECT_EQ(position.place(39, 160), 160);
  EXPECT_EQ(position.place(21, 160), 320);
  EXPECT_EQ(position.place(60, 160), 480);
  EXPECT_EQ(position.gaps() + position.nonsense(), 0u);
}

TEST(MediaPosition, missing_stamps_are_counted_over) {
  MediaPosition position;
  EXPECT_EQ(position.place(std::nullopt, 160), 0);
  EXPECT_EQ(position.place(std::nullopt, 80), 160);
  EXPECT_EQ(position.place(30, 160), 240);
}

TEST(MediaPosition, a_clock_that_restarts_or_leaps_is_followed_from_where_we_are) {
  MediaPosition position;
  position.place(0, 160);
  EXPECT_EQ(position.place(10'021, 160), 160) << "more than 10 s ahead";
  EXPECT_EQ(position.place(10'041, 160), 320);
  EXPECT_EQ(position.place(0, 160), 480) << "backwards";
  EXPECT_EQ(position.place(20, 160), 640);
  EXPECT_EQ(position.place(60, 160), 960) << "a loss on the new clock still shows";
  EXPECT_EQ(position.nonsense(), 2u);
}

TEST(MediaPosition, absurd_stamps_cannot_overflow) {
  MediaPosition position;
  position.place(0, 160);
  for (std::int64_t stamp : {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(),
                             std::int64_t{-1}, std::int64_t{1'000'000'000'000}, std::int64_t{5}})
    position.place(stamp, 160);
  EXPECT_EQ(position.place(std::nullopt, 160), 6 * 160);
}

}  // namespace
}  // namespace offhook::edge

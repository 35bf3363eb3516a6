#include "audio/fade.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace offhook::audio {
namespace {

using Samples = std::vector<std::int16_t>;

class Fade : public testing::TestWithParam<Curve> {};

TEST_P(Fade, goes_one_way_from_full_to_nearly_nothing) {
  Samples out(160, 20000), in(160, -20000);
  fade_out(out, GetParam());
  fade_in(in, GetParam());
  EXPECT_GT(out.front(), 19900);
  EXPECT_LT(std::abs(out.back()), 100);
  for (std::size_t i = 1; i < out.size(); ++i) ASSERT_LE(out[i], out[i - 1]) << i;
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(in[i], -out[out.size() - 1 - i]) << i;
}

TEST_P(Fade, out_and_in_add_up_to_the_whole) {
  Samples out(160, 12345), in(160, 12345);
  fade_out(out, GetParam());
  fade_in(in, GetParam());
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i] + in[i], 12345, 1) << i;
}

TEST_P(Fade, full_scale_and_emptiness_survive) {
  Samples s(2, -32768), none;
  fade_in(s, GetParam());
  EXPECT_LT(s[1], s[0]);
  EXPECT_GE(s[1], -32768);
  fade_out(none, GetParam());
  EXPECT_TRUE(none.empty());
}

INSTANTIATE_TEST_SUITE_P(Curves, Fade, testing::Values(Curve::raised_cosine, Curve::linear));

TEST(FadeCurve, is_half_in_the_middle_and_steepest_there_if_raised_cosine) {
  Samples cosine(101, 10000), line(101, 10000);
  fade_out(cosine, Curve::raised_cosine);
  fade_out(line, Curve::linear);
  EXPECT_EQ(cosine[50], 5000);
  EXPECT_EQ(line[50], 5000);
  EXPECT_NEAR(line[25] - line[26], 99, 1);
  EXPECT_GT(cosine[50] - cosine[51], 150);
  EXPECT_LT(cosine[0] - cosine[1], 10);
}

}  // namespace
}  // namespace offhook::audio

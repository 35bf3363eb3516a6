#include "audio/level.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace offhook::audio {
namespace {

using Samples = std::vector<std::int16_t>;

TEST(Level, rms_and_dbfs_of_known_sounds) {
  EXPECT_EQ(rms(Samples{}), 0);
  EXPECT_EQ(rms(Samples(10, -100)), 100);
  EXPECT_EQ(rms(Samples(100000, -32768)), 32768);
  EXPECT_FLOAT_EQ(static_cast<float>(rms(std::vector<float>(7, 0.25f))), 0.25f);
  std::vector<float> sine(800);
  for (std::size_t i = 0; i < sine.size(); ++i)
    sine[i] = static_cast<float>(std::sin(2 * std::numbers::pi * static_cast<double>(i) / 8));
  EXPECT_NEAR(dbfs(sine), -3.01, 0.01);
  EXPECT_NEAR(dbfs(Samples(10, 3277)), -20, 0.01);
  EXPECT_EQ(dbfs(Samples(10, 0)), kSilenceDb);
  EXPECT_EQ(dbfs(Samples{}), kSilenceDb);
}

// 8 kHz: a step of 5 ms is 40 samples.
TEST(Level, finds_where_sound_begins_and_ends) {
  Samples s(4000, 50);
  std::fill(s.begin() + 1000, s.begin() + 2000, std::int16_t{1000});
  EXPECT_EQ(first_audible(s, 8000), 1000u);
  EXPECT_EQ(last_audible(s, 8000), 2000u);
  EXPECT_EQ(first_audible(s, 8000, {.step = 20ms}), 960u);
  EXPECT_EQ(last_audible(s, 8000, {.step = 20ms}), 2080u);
  EXPECT_EQ(first_audible(s, 8000, {.threshold_rms = 2000}), 4000u);
  EXPECT_EQ(last_audible(s, 8000, {.threshold_rms = 2000}), 0u);
}

TEST(Level, nothing_and_short_ends_are_judged_too) {
  EXPECT_EQ(first_audible(Samples{}, 8000), 0u);
  EXPECT_EQ(last_audible(Samples{}, 8000), 0u);
  Samples s(43, 0);
  s[41] = s[42] = 3000;
  EXPECT_EQ(first_audible(s, 8000), 40u);
  EXPECT_EQ(last_audible(s, 8000), 43u);
}

}  // namespace
}  // namespace offhook::audio

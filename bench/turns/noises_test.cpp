#include "turns/noises.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "audio/level.hpp"
#include "turns/splicer.hpp"

namespace offhook::turns {
namespace {

double loudest(const Sound& s) {
  double out = audio::kSilenceDb;
  for (std::size_t i = 0; i < s.size(); i += 160)
    out = std::max(out, audio::dbfs(std::span(s).subspan(i, std::min<std::size_t>(160, s.size() - i))));
  return out;
}

TEST(Noises, have_their_level_and_are_audible) {
  for (std::uint32_t seed = 1; seed < 20; ++seed)
    for (const Sound& noise : {cough(seed, -20), keyboard(seed, -20), line_noise(seed, -20)}) {
      EXPECT_NEAR(loudest(noise), -20, 1.5) << seed;
      EXPECT_TRUE(trimmed(noise).ok()) << seed;
    }
}

TEST(Noises, are_the_same_for_a_seed_and_others_for_another) {
  EXPECT_EQ(cough(3, -20), cough(3, -20));
  EXPECT_NE(cough(3, -20), cough(4, -20));
  EXPECT_NE(keyboard(3, -20), keyboard(4, -20));
  EXPECT_NE(line_noise(3, -20), line_noise(4, -20));
}

TEST(Noises, a_cough_is_150_to_350_ms_and_line_noise_half_a_second) {
  for (std::uint32_t seed = 1; seed < 50; ++seed) {
    const auto ms = ms_of(static_cast<Samples>(cough(seed, -20).size()));
    EXPECT_GE(ms, 149) << seed;
    EXPECT_LE(ms, 350) << seed;
  }
  EXPECT_EQ(line_noise(1, -20).size(), 4000u);
}

}  // namespace
}  // namespace offhook::turns

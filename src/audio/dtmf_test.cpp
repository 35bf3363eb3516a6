#include "audio/dtmf.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <span>

namespace offhook::audio {
namespace {

constexpr int kRate = 8000;

// How much of a tone there is (Goertzel), of 1.
double power(std::span<const std::int16_t> sound, double hz) {
  const double c = 2 * std::cos(2 * std::numbers::pi * hz / kRate);
  double a = 0, b = 0;
  for (const std::int16_t s : sound) {
    const double next = s / 32767.0 + c * a - b;
    b = a;
    a = next;
  }
  const auto n = static_cast<double>(sound.size());
  return std::sqrt(std::max(0.0, a * a + b * b - c * a * b)) * 2 / n;
}

TEST(Dtmf, each_key_is_its_two_tones_and_silence) {
  const double rows[] = {697, 770, 852, 941}, columns[] = {1209, 1336, 1477, 1633};
  const std::string keys = "123456789*0#";
  const auto sound = dtmf(keys, kRate);
  ASSERT_EQ(sound.size(), keys.size() * 1600);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const std::span<const std::int16_t> tone(sound.data() + k * 1600, 800), silence(sound.data() + k * 1600 + 800, 800);
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(power(tone, rows[i]) > 0.2, i == k / 3) << keys[k];
      EXPECT_EQ(power(tone, columns[i]) > 0.2, i == k % 3) << keys[k];
    }
    for (const std::int16_t s : silence) ASSERT_EQ(s, 0);
  }
}

TEST(Dtmf, what_is_no_key_makes_no_sound) {
  EXPECT_TRUE(dtmf("x -", kRate).empty());
}

}  // namespace
}  // namespace offhook::audio

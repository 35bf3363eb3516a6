#include "audio/fft128.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace offhook::audio {
namespace {

std::array<float, Fft128::kSize> noise(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> even(-1, 1);
  std::array<float, Fft128::kSize> x;
  for (float& v : x) v = even(random);
  return x;
}

TEST(Fft128, is_the_sum_that_defines_it) {
  const auto x = noise(1);
  Fft128::Spectrum s;
  Fft128::forward(x, s);
  for (int k = 0; k < Fft128::kBins; ++k) {
    double re = 0, im = 0;
    for (int n = 0; n < Fft128::kSize; ++n) {
      const double a = -2 * std::numbers::pi * k * n / Fft128::kSize;
      re += x[static_cast<std::size_t>(n)] * std::cos(a);
      im += x[static_cast<std::size_t>(n)] * std::sin(a);
    }
    EXPECT_NEAR(s.re[static_cast<std::size_t>(k / 4)][k % 4], re, 1e-4) << k;
    EXPECT_NEAR(s.im[static_cast<std::size_t>(k / 4)][k % 4], im, 1e-4) << k;
  }
  for (int lane = 1; lane < 4; ++lane) EXPECT_EQ(s.re[16][lane], 0);
}

TEST(Fft128, comes_back) {
  for (unsigned seed = 1; seed < 20; ++seed) {
    const auto x = noise(seed);
    Fft128::Spectrum s;
    Fft128::forward(x, s);
    std::array<float, Fft128::kSize> y;
    Fft128::inverse(s, y);
    for (std::size_t n = 0; n < x.size(); ++n) ASSERT_NEAR(x[n], y[n], 1e-6) << n;
  }
}

}  // namespace
}  // namespace offhook::audio

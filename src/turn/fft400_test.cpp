#include "turn/fft400.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace offhook::turn {
namespace {

TEST(Fft400, powers_are_those_of_the_plain_definition) {
  constexpr int kHop = 160;
  std::vector<float> samples(kHop * 7 + Fft400::kSize);
  std::uint32_t seed = 7;
  for (float& s : samples) {
    seed = seed * 1664525u + 1013904223u;
    s = static_cast<float>(seed) / 4294967296.0f - 0.3f;
  }
  std::array<float, Fft400::kSize> window;
  for (int n = 0; n < Fft400::kSize; ++n) window[n] = 0.2f + 0.002f * static_cast<float>(n);

  Fft400::Powers powers;
  Fft400().powers(samples, kHop, window, powers);

  for (int frame = 0; frame < Fft400::kFrames; ++frame) {
    for (int k = 0; k < Fft400::kBins; ++k) {
      std::complex<double> sum = 0;
      for (int n = 0; n < Fft400::kSize; ++n) {
        sum += std::polar(static_cast<double>(samples[frame * kHop + n]) * window[n],
                          -2 * std::numbers::pi * k * n / Fft400::kSize);
      }
      const float got = frame < 4 ? powers.low[k][frame] : powers.high[k][frame - 4];
      ASSERT_NEAR(got, std::norm(sum), 1e-3 + 1e-4 * std::norm(sum)) << "frame " << frame << " bin " << k;
    }
  }
}

}  // namespace
}  // namespace offhook::turn

#include "audio/echo_suppressor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace offhook::audio {
namespace {

class EchoSuppressorTest : public testing::Test {
 protected:
  Fft128::Spectrum noise(float level) {
    std::normal_distribution<float> normal(0, level);
    Fft128::Spectrum s;
    for (std::size_t v = 0; v < Fft128::kVectors; ++v)
      for (int lane = 0; lane < 4; ++lane) {
        s.re[v][lane] = normal(random);
        s.im[v][lane] = normal(random);
      }
    return s;
  }
  static Fft128::Spectrum mixed(const Fft128::Spectrum& a, float gain, const Fft128::Spectrum& b) {
    Fft128::Spectrum s;
    for (std::size_t v = 0; v < Fft128::kVectors; ++v) {
      s.re[v] = gain * a.re[v] + b.re[v];
      s.im[v] = gain * a.im[v] + b.im[v];
    }
    return s;
  }
  static double power(const Fft128::Spectrum& s) {
    double sum = 0;
    for (std::size_t v = 0; v < Fft128::kVectors; ++v)
      for (int lane = 0; lane < 4; ++lane) sum += s.re[v][lane] * s.re[v][lane] + s.im[v][lane] * s.im[v][lane];
    return sum;
  }
  std::mt19937 random{1};
  EchoSuppressor suppressor;
  Fft128::Spectrum out;
};

TEST_F(EchoSuppressorTest, what_follows_no_reference_passes) {
  for (int i = 0; i < 100; ++i) {
    const auto line = noise(1);
    suppressor.step(line, {}, 0, out);
    ASSERT_NEAR(power(out), power(line), 1e-6 * power(line));
  }
}

TEST_F(EchoSuppressorTest, an_echo_goes_and_a_caller_over_it_stays) {
  for (int i = 0; i < 300; ++i) {
    const auto sent = noise(1);
    const auto line = mixed(sent, 0.25f, noise(0.001f));
    suppressor.step(line, sent, 0.9f, out);
    if (i > 200) {
      ASSERT_LT(power(out), 0.001 * power(line)) << i;
    }
  }
  EXPECT_NEAR(10 * std::log10(suppressor.path()), -12, 4);
  for (int i = 0; i < 300; ++i) {  // 2.4 s of both
    const auto sent = noise(1), caller = noise(0.25f);
    suppressor.step(mixed(sent, 0.25f, caller), sent, 0.2f, out);
    ASSERT_GT(power(out), 0.5 * power(caller)) << i;
    ASSERT_LT(power(out), 1.6 * power(caller)) << i;
  }
}

TEST_F(EchoSuppressorTest, an_echo_that_was_away_is_taken_out_again) {
  for (int i = 0; i < 1500; ++i) {  // 12 s
    const auto sent = noise(1);
    const bool away = i > 200 && i < 800;
    const auto line = mixed(sent, away ? 0.0f : 0.25f, noise(away ? 1e-9f : 0.001f));
    suppressor.step(line, sent, away ? 0.0f : 0.9f, out);
    if (i > 1350) {
      ASSERT_LT(power(out), 0.001 * power(line)) << i;
    }
  }
}

}  // namespace
}  // namespace offhook::audio

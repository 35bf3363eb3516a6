#include "audio/echo_delay.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace offhook::audio {
namespace {

// Noise whose bands rise and fall independently, as those of speech do, at some 8 Hz.
class Voice {
 public:
  explicit Voice(unsigned seed) : random_(seed) {}
  Fft128::Spectrum next() {
    std::normal_distribution<float> normal;
    for (float& g : gains_) g += 0.25f * (normal(random_) * 3 - g);
    Fft128::Spectrum s;
    for (std::size_t v = 0; v < Fft128::kVectors; ++v)
      for (int lane = 0; lane < 4; ++lane) {
        s.re[v][lane] = normal(random_) * std::exp(gains_[v]);
        s.im[v][lane] = normal(random_) * std::exp(gains_[v]);
      }
    return s;
  }

 private:
  std::mt19937 random_;
  std::array<float, Fft128::kVectors> gains_{};
};

TEST(EchoDelay, finds_the_hops_by_which_one_follows_the_other) {
  for (const int lag : {-5, 0, 1, 20, 62, 77}) {
    Voice voice(static_cast<unsigned>(lag + 50));
    std::vector<Fft128::Spectrum> said;
    for (int i = 0; i < 400; ++i) said.push_back(voice.next());
    EchoDelay delay;
    for (int i = 100; i < 300; ++i)
      delay.update(said[static_cast<std::size_t>(i)], said[static_cast<std::size_t>(i - lag)]);
    const auto e = delay.estimate();
    EXPECT_TRUE(e.found()) << lag;
    EXPECT_EQ(e.lag, lag);
    EXPECT_GT(e.likeness, 0.8f);
  }
}

TEST(EchoDelay, two_who_speak_of_their_own_accord_are_not_alike) {
  for (unsigned seed = 1; seed < 20; ++seed) {
    Voice one(seed), other(seed + 100);
    EchoDelay delay;
    for (int i = 0; i < 500; ++i) {
      delay.update(one.next(), other.next());
      ASSERT_FALSE(delay.estimate().found()) << seed << ", " << i;
    }
  }
}

TEST(EchoDelay, silence_says_nothing) {
  EchoDelay delay;
  for (int i = 0; i < 500; ++i) delay.update({}, {});
  EXPECT_FALSE(delay.estimate().enough());
}

}  // namespace
}  // namespace offhook::audio

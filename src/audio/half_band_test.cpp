#include "audio/half_band.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <random>

namespace offhook::audio {
namespace {

constexpr int kFrom = 8000, kTo = 16000;

std::vector<float> doubled(std::span<const float> in) {
  HalfBand half_band;
  std::vector<float> out;
  half_band.process(in, out);
  return out;
}

double decibels(double ratio) {
  return 20 * std::log10(ratio);
}

// How high a tone of `hz` stands in `sound`, whose ends are left out: 1 is full scale.
double height(std::span<const float> sound, double hz) {
  std::complex<double> sum = 0;
  double weight = 0;
  const std::size_t n = sound.size() - 400;
  for (std::size_t i = 0; i < n; ++i) {
    const double hann = 1 - std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(n));
    sum += hann * sound[200 + i] * std::polar(1.0, -2 * std::numbers::pi * hz * static_cast<double>(i) / kTo);
    weight += hann;
  }
  return 2 * std::abs(sum) / weight;
}

std::vector<float> tone(double hz) {
  std::vector<float> in(4000);
  for (std::size_t i = 0; i < in.size(); ++i)
    in[i] = static_cast<float>(std::cos(2 * std::numbers::pi * hz * static_cast<double>(i) / kFrom));
  return doubled(in);
}

std::vector<float> noise(std::size_t samples) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> one(-1, 1);
  std::vector<float> in(samples);
  for (float& x : in) x = one(random);
  return in;
}

TEST(HalfBand, speech_keeps_its_height) {
  for (double hz = 50; hz <= 3600; hz += 50) EXPECT_NEAR(decibels(height(tone(hz), hz)), 0, 0.02) << hz << " Hz";
}

TEST(HalfBand, its_images_are_not_heard) {
  for (double hz = 50; hz <= 3600; hz += 50)
    EXPECT_LT(decibels(height(tone(hz), kFrom - hz)), -64) << "of " << hz << " Hz";
}

TEST(HalfBand, what_came_in_comes_out_unchanged_and_what_is_between_lies_between) {
  const auto in = noise(500);
  const auto out = doubled(in);
  ASSERT_EQ(out.size(), 2 * (in.size() - HalfBand::kLookahead));
  for (std::size_t k = 0; 2 * k < out.size(); ++k) ASSERT_EQ(out[2 * k], in[k]) << k;
  const auto slow = tone(300);
  for (std::size_t i = 200; i + 200 < slow.size(); ++i)
    ASSERT_NEAR(slow[i], std::cos(2 * std::numbers::pi * 300 * static_cast<double>(i) / kTo), 1e-3) << i;
}

// The same on both sides of it, and nothing beyond the look-ahead: linear phase, 2.5 ms late.
TEST(HalfBand, a_click_stays_in_its_place) {
  std::vector<float> in(200);
  in[100] = 1;
  const auto out = doubled(in);
  ASSERT_GT(out.size(), 300u);
  EXPECT_EQ(out[200], 1.0f);
  for (std::size_t off = 1; off < 100; ++off) {
    ASSERT_EQ(out[200 - off], out[200 + off]) << off;
    if (off >= 2 * HalfBand::kLookahead) {
      ASSERT_EQ(out[200 + off], 0.0f) << off;
    }
  }
}

TEST(HalfBand, level_sound_stays_level) {
  const auto out = doubled(std::vector<float>(300, 0.5f));
  for (std::size_t i = 2 * HalfBand::kLookahead; i < out.size(); ++i) ASSERT_NEAR(out[i], 0.5f, 1e-6) << i;
}

TEST(HalfBand, comes_out_the_same_however_it_was_cut) {
  const auto in = noise(1000);
  const auto whole = doubled(in);
  for (std::size_t step = 1; step < 330; ++step) {
    HalfBand half_band;
    std::vector<float> out;
    for (std::size_t at = 0; at < in.size(); at += step)
      half_band.process(std::span(in).subspan(at, std::min(step, in.size() - at)), out);
    ASSERT_EQ(out, whole) << "in pieces of " << step;
  }
}

TEST(HalfBand, begins_anew_after_a_reset) {
  const auto in = noise(300);
  HalfBand half_band;
  std::vector<float> out;
  half_band.process(noise(77), out);
  half_band.reset();
  out.clear();
  half_band.process(in, out);
  EXPECT_EQ(out, doubled(in));
}

TEST(HalfBand, nothing_gives_nothing) {
  EXPECT_TRUE(doubled({}).empty());
  EXPECT_TRUE(doubled(std::vector<float>(HalfBand::kLookahead)).empty());
}

}  // namespace
}  // namespace offhook::audio

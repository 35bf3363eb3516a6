#include "audio/resampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace offhook::audio {
namespace {

double tone_at(std::size_t i, double hz, int rate) {
  return 0.5 * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate + 0.7);
}

std::vector<float> tone(std::size_t n, double hz, int rate) {
  std::vector<float> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<float>(tone_at(i, hz, rate));
  return out;
}

double worst_difference(std::span<const float> got, double hz, int rate, std::size_t from, std::size_t to) {
  double worst = 0;
  for (std::size_t i = from; i < to; ++i) worst = std::max(worst, std::abs(got[i] - tone_at(i, hz, rate)));
  return worst;
}

double rms(std::span<const float> v) {
  double sum = 0;
  for (float x : v) sum += x * x;
  return std::sqrt(sum / static_cast<double>(v.size()));
}

struct Rates {
  int from, to;
};
constexpr Rates kRates[] = {{8000, 16000}, {16000, 8000},  {22050, 8000},  {24000, 8000}, {44100, 8000},
                            {48000, 8000}, {48000, 16000}, {16000, 48000}, {11025, 16000}};

TEST(Resample, gives_exactly_the_rounded_length) {
  for (const auto [from, to] : kRates)
    for (std::size_t n : {0u, 1u, 2u, 3u, 79u, 441u, 1000u, 22051u}) {
      const auto expected = static_cast<std::size_t>(std::floor(static_cast<double>(n) * to / from + 0.5));
      EXPECT_EQ(resample(std::vector<float>(n), from, to).size(), expected) << from << " to " << to << ", " << n;
      EXPECT_EQ(resample(std::vector<std::int16_t>(n), from, to).size(), expected);
    }
}

TEST(Resample, keeps_a_tone_in_place_and_height) {
  for (const auto [from, to] : kRates) {
    const auto out = resample(tone(static_cast<std::size_t>(from / 2), 1000, from), from, to);
    EXPECT_LT(worst_difference(out, 1000, to, 200, out.size() - 200), 2e-3) << from << " to " << to;
  }
}

TEST(Resample, does_not_click_at_the_edges_of_a_cut_sound) {
  for (const auto [from, to] : kRates) {
    const auto level = resample(std::vector<float>(1000, 0.5f), from, to);
    for (float x : level) ASSERT_NEAR(x, 0.5f, 1e-3) << from << " to " << to;
    const auto cut = resample(tone(static_cast<std::size_t>(from / 10), 300, from), from, to);
    EXPECT_LT(worst_difference(cut, 300, to, 0, cut.size()), 0.02) << from << " to " << to;
  }
}

TEST(Resample, what_the_new_rate_cannot_hold_is_gone) {
  const auto out = resample(tone(48000, 5000, 48000), 48000, 8000);
  EXPECT_LT(rms(std::span(out).subspan(200, out.size() - 400)), 0.5 * 1e-3);
  const auto up = resample(tone(8000, 1000, 8000), 8000, 16000);
  std::vector<float> image;
  for (std::size_t i = 200; i + 200 < up.size(); ++i)
    image.push_back(up[i] - static_cast<float>(tone_at(i, 1000, 16000)));
  EXPECT_LT(rms(image), 0.5 * 1e-3);
}

TEST(Resample, full_scale_int16_is_clipped_not_wrapped) {
  std::vector<std::int16_t> square(2000);
  for (std::size_t i = 0; i < square.size(); ++i) square[i] = (i / 20) % 2 ? std::int16_t{-32768} : std::int16_t{32767};
  const auto out = resample(square, 8000, 16000);  // the overshoot of a square wave is beyond full scale
  EXPECT_EQ(*std::max_element(out.begin(), out.end()), 32767);
  for (std::size_t i = 0; i < out.size(); ++i)
    if (i % 40 > 8 && i % 40 < 32) {
      ASSERT_EQ(out[i] < 0, (i / 40) % 2 == 1) << i;
    }
}

TEST(Resample, equal_rates_change_nothing) {
  const auto in = tone(77, 440, 8000);
  EXPECT_EQ(resample(in, 8000, 8000), in);
}

TEST(Resampler, a_stream_in_pieces_is_the_stream_whole) {
  for (const auto [from, to] : kRates) {
    const auto in = tone(5000, 700, from);
    Resampler whole(from, to), pieces(from, to);
    std::vector<float> expected, got;
    whole.process(in, expected);
    for (std::size_t at = 0, n = 1; at < in.size(); at += n, n = n * 3 % 331 + 1)
      pieces.process(std::span(in).subspan(at, std::min(n, in.size() - at)), got);
    ASSERT_EQ(got, expected) << from << " to " << to;
  }
}

TEST(Resampler, is_aligned_and_no_later_than_its_latency) {
  for (const auto [from, to] : kRates) {
    Resampler r(from, to);
    std::vector<float> out;
    const auto in = tone(static_cast<std::size_t>(from), 1000, from);
    r.process(in, out);
    EXPECT_LT(worst_difference(out, 1000, to, 300, out.size()), 2e-3) << from << " to " << to;
    const double missing = 1.0 - static_cast<double>(out.size()) / to;
    EXPECT_LE(missing, to_ms(r.latency()) / 1000 + 1.0 / to);
    EXPECT_GT(missing, to_ms(r.latency()) / 1000 - 2.0 / to - 1.0 / from);
    EXPECT_LT(r.latency(), 9ms);
  }
}

TEST(Resampler, finishing_brings_the_tail_and_starts_anew) {
  Resampler r(22050, 8000);
  for (int round = 0; round < 2; ++round) {
    std::vector<float> out;
    r.process(tone(10001, 500, 22050), out);
    r.finish(out);
    EXPECT_EQ(out.size(), 3628u);  // 10001 * 8000 / 22050 = 3628.48
    EXPECT_LT(worst_difference(out, 500, 8000, 50, out.size() - 50), 2e-3);
  }
}

TEST(Resampler, finishing_nothing_gives_nothing) {
  Resampler r(24000, 8000), same(8000, 8000);
  std::vector<float> out;
  r.finish(out);
  same.finish(out);
  EXPECT_TRUE(out.empty());
}

TEST(Resampler, impossible_rates_are_refused_at_set_up) {
  EXPECT_THROW(Resampler(0, 8000), std::invalid_argument);
  EXPECT_THROW(Resampler(8000, -1), std::invalid_argument);
}

}  // namespace
}  // namespace offhook::audio

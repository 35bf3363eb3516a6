#include "turn/mel.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace offhook::turn {
namespace {

// Tones that wax and wane, a constant and a little noise: every part of the front end shows in it.
std::vector<float> signal(int samples) {
  std::vector<float> out(samples);
  std::uint32_t seed = 1;
  for (int i = 0; i < samples; ++i) {
    seed = seed * 1664525u + 1013904223u;
    const double t = i / 16000.0, turn = 2 * std::numbers::pi * t;
    const double tones = 0.30 * std::sin(220 * turn) + 0.12 * std::sin(1730 * turn) + 0.05 * std::sin(5200 * turn);
    out[i] = static_cast<float>(0.1 + (0.5 - 0.5 * std::cos(3 * turn)) * tones + 0.02 * (seed / 4294967296.0 - 0.5));
  }
  return out;
}

struct Golden {
  int band, frame;
  float value;
};

void expect_golden(int samples, std::initializer_list<Golden> golden, double mean) {
  const std::vector<float> mel = LogMel().compute(signal(samples));
  ASSERT_EQ(mel.size(), 80u * 800u);
  for (const Golden& g : golden) {
    EXPECT_NEAR(mel[g.band * 800 + g.frame], g.value, 1e-3) << "band " << g.band << " frame " << g.frame;
  }
  double sum = 0;
  for (float v : mel) sum += v;
  EXPECT_NEAR(sum / static_cast<double>(mel.size()), mean, 1e-4);
}

// The expected numbers were computed with pipecat-ai 1.14.0, compute_whisper_log_mel_features (NumPy, float64), on the
// same signal padded in front to 8 s.
TEST(LogMel, equals_the_reference_over_full_eight_seconds) {
  expect_golden(128000,
                {{0, 0, 0.054718f},
                 {0, 400, 0.521883f},
                 {5, 499, 0.701090f},
                 {9, 650, 0.757901f},
                 {17, 700, 0.167041f},
                 {40, 777, 1.439959f},
                 {43, 640, 0.354261f},
                 {60, 512, 0.405847f},
                 {79, 799, 0.442189f},
                 {20, 799, 0.422693f},
                 {0, 799, 0.539861f},
                 {79, 501, 0.503216f},
                 {33, 3, 0.519645f}},
                0.5273166255);
}

TEST(LogMel, equals_the_reference_where_silence_is_padded_in_front) {
  expect_golden(48000,
                {{0, 0, 1.387219f},
                 {0, 400, 1.387219f},
                 {5, 498, -0.196510f},
                 {5, 499, 0.610021f},
                 {5, 500, 1.137936f},
                 {5, 501, 0.845807f},
                 {9, 650, 0.693476f},
                 {17, 700, 0.365022f},
                 {40, 777, 1.516944f},
                 {79, 799, 0.498913f},
                 {20, 799, 0.273084f},
                 {0, 799, 1.499743f},
                 {33, 3, -0.196510f}},
                0.1348757195);
}

TEST(LogMel, equals_the_reference_for_a_few_samples) {
  expect_golden(
      100, {{0, 0, 0.820421f}, {5, 498, 0.176965f}, {79, 799, 1.186617f}, {20, 799, 1.553019f}, {0, 799, 2.176965f}},
      0.1912131440);
}

TEST(LogMel, silence_and_no_sound_at_all_are_the_floor) {
  for (const std::vector<float>& nothing : {std::vector<float>(), std::vector<float>(16000, 0.0f)}) {
    for (float v : LogMel().compute(nothing)) ASSERT_FLOAT_EQ(v, -1.5f);
  }
}

TEST(LogMel, looks_only_at_the_last_eight_seconds) {
  std::vector<float> longer(5000, 0.9f);
  const std::vector<float> last = signal(LogMel::kSamples);
  longer.insert(longer.end(), last.begin(), last.end());
  EXPECT_EQ(LogMel().compute(longer), LogMel().compute(last));
}

// Generous: it only has to catch a transform gone quadratic. What it took is printed.
TEST(LogMel, eight_seconds_take_milliseconds) {
  const LogMel mel;
  const std::vector<float> sound = signal(LogMel::kSamples);
  double best = 1e9;
  for (int i = 0; i < 10; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ASSERT_FALSE(mel.compute(sound).empty());
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::printf("log-mel of 8 s: %.2f ms\n", best);
  EXPECT_LT(best, 200);
}

TEST(LogMel, fewer_frames_are_the_last_of_the_eight_seconds) {
  std::vector<float> tone(3 * LogMel::kRate);
  for (std::size_t i = 0; i < tone.size(); ++i)
    tone[i] = 1e-5f * static_cast<float>(i) * std::sin(0.05f * static_cast<float>(i));  // loudest at its end
  const LogMel mel;
  const auto all = mel.compute(tone);
  for (const int frames : {200, 400, 448}) {  // within the tone, with silence before it, across their border
    const auto last = mel.compute(tone, frames);
    ASSERT_EQ(last.size(), static_cast<std::size_t>(LogMel::kBands * frames));
    for (int b = 0; b < LogMel::kBands; ++b)
      for (int t = 0; t < frames; ++t)
        ASSERT_FLOAT_EQ(last[b * frames + t], all[b * LogMel::kFrames + LogMel::kFrames - frames + t]) << b << " " << t;
  }
}

}  // namespace
}  // namespace offhook::turn

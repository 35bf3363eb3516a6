// For tests: the real models, and sound to try them on.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "audio/level.hpp"
#include "audio/wav.hpp"
#include "noise/noise.hpp"

namespace offhook::noise {

inline const std::string kModels = std::string(OFFHOOK_CACHE_DIR) + "/models/";

// A recording of tests/data with half a second of silence at both ends.
inline std::vector<float> speech(const std::string& name) {
  const auto wav = audio::read_wav(std::string(OFFHOOK_SOURCE_DIR) + "/tests/data/" + name + ".wav");
  EXPECT_TRUE(wav.ok() && wav->rate == kRate && wav->channels == 1) << name;
  std::vector<float> sound(kRate / 2);
  for (const std::int16_t s : wav->samples) sound.push_back(static_cast<float>(s) / 32768);
  sound.resize(sound.size() + kRate / 2);
  return sound;
}

// At `level` dBFS.
inline std::vector<float> white(std::size_t samples, double level) {
  std::mt19937 random(3);
  std::normal_distribution<float> one(0, static_cast<float>(std::pow(10, level / 20)));
  std::vector<float> sound(samples);
  for (float& s : sound) s = one(random);
  return sound;
}
// Of equal power an octave: white noise through three first-order sections (P. Kellet's).
inline std::vector<float> pink(std::size_t samples, double level) {
  std::vector<float> sound = white(samples, 0);
  float a = 0, b = 0, c = 0;
  for (float& s : sound) {
    a = 0.99765f * a + 0.0990460f * s;
    b = 0.96300f * b + 0.2965164f * s;
    c = 0.57000f * c + 1.0526913f * s;
    s = a + b + c + 0.1848f * s;
  }
  const auto gain = static_cast<float>(std::pow(10, level / 20) / audio::rms(std::span<const float>(sound)));
  for (float& s : sound) s *= gain;
  return sound;
}

// In frames as a telephone sends them, and the end of it flushed out with silence: as long as it was.
inline std::vector<float> through(Stream& stream, const std::vector<float>& sound) {
  std::vector<float> in = sound, out;
  in.resize(in.size() + kRate / 10);
  for (std::size_t at = 0; at < in.size(); at += 160)
    stream.process(std::span<const float>(in).subspan(at, std::min<std::size_t>(160, in.size() - at)), out);
  EXPECT_GE(out.size(), sound.size());
  out.resize(sound.size());
  return out;
}

// By how many samples `late` follows `sound`, by correlation; positive: it is late.
inline int lag(const std::vector<float>& sound, const std::vector<float>& late) {
  int best = 0;
  double most = 0;
  for (int lag = -400; lag <= 400; ++lag) {
    double sum = 0;
    for (int i = 400; i + 400 < static_cast<int>(sound.size()); ++i)
      sum += sound[static_cast<std::size_t>(i)] * late[static_cast<std::size_t>(i + lag)];
    if (sum > most) most = sum, best = lag;
  }
  return best;
}

// The first 10 ms that come within 20 dB of the loudest.
inline std::size_t onset(const std::vector<float>& sound) {
  std::vector<double> levels;
  for (std::size_t at = 0; at + 80 <= sound.size(); at += 80)
    levels.push_back(audio::dbfs(std::span<const float>(sound).subspan(at, 80)));
  const double loudest = *std::ranges::max_element(levels);
  return 80 * static_cast<std::size_t>(std::ranges::find_if(levels, [&](double l) { return l > loudest - 20; }) -
                                       levels.begin());
}

}  // namespace offhook::noise

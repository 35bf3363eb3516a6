#include "audio/fade.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>

namespace offhook::audio {
namespace {

// At the middle of sample i of n, from just above 0 to just below 1.
float rising(std::size_t i, std::size_t n, Curve curve) {
  const float x = (static_cast<float>(i) + 0.5f) / static_cast<float>(n);
  return curve == Curve::linear ? x : 0.5f - 0.5f * std::cos(x * std::numbers::pi_v<float>);
}

std::int16_t scaled(std::int16_t sample, float gain) {
  return static_cast<std::int16_t>(std::lrint(static_cast<float>(sample) * gain));
}

}  // namespace

void fade_in(std::span<std::int16_t> samples, Curve curve) {
  const std::size_t n = samples.size();
  for (std::size_t i = 0; i < n; ++i) samples[i] = scaled(samples[i], rising(i, n, curve));
}

void fade_out(std::span<std::int16_t> samples, Curve curve) {
  const std::size_t n = samples.size();
  for (std::size_t i = 0; i < n; ++i) samples[i] = scaled(samples[i], rising(n - 1 - i, n, curve));
}

}  // namespace offhook::audio

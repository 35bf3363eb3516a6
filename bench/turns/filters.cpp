#include "turns/filters.hpp"

#include <cmath>
#include <numbers>

#include "audio/g711.hpp"
#include "turns/level.hpp"

namespace offhook::turns {
namespace {

constexpr double kButterworth = std::numbers::sqrt2 / 2;

struct Angle {
  explicit Angle(double hz)
      : cosine(std::cos(2 * std::numbers::pi * hz / kRate)),
        alpha(std::sin(2 * std::numbers::pi * hz / kRate) / (2 * kButterworth)) {}
  double cosine, alpha;
};

Sound filtered(const Sound& sound, Biquad filter) {
  Sound out;
  out.reserve(sound.size());
  for (const std::int16_t s : sound) out.push_back(clipped(filter.next(static_cast<float>(s))));
  return out;
}

}  // namespace

Biquad Biquad::low_pass(double hz) {
  const Angle w(hz);
  const double a0 = 1 + w.alpha;
  Biquad f;
  f.b0_ = f.b2_ = (1 - w.cosine) / 2 / a0;
  f.b1_ = (1 - w.cosine) / a0;
  f.a1_ = -2 * w.cosine / a0;
  f.a2_ = (1 - w.alpha) / a0;
  return f;
}

Biquad Biquad::high_pass(double hz) {
  const Angle w(hz);
  const double a0 = 1 + w.alpha;
  Biquad f;
  f.b0_ = f.b2_ = (1 + w.cosine) / 2 / a0;
  f.b1_ = -(1 + w.cosine) / a0;
  f.a1_ = -2 * w.cosine / a0;
  f.a2_ = (1 - w.alpha) / a0;
  return f;
}

float Biquad::next(float x) {
  const double y = b0_ * x + z1_;
  z1_ = b1_ * x - a1_ * y + z2_;
  z2_ = b2_ * x - a2_ * y;
  return static_cast<float>(y);
}

Sound telephone_band(const Sound& sound) {
  return filtered(filtered(sound, Biquad::high_pass(300)), Biquad::low_pass(3400));
}

Sound low_passed(const Sound& sound, double hz) {
  return filtered(sound, Biquad::low_pass(hz));
}

Sound through_mulaw(const Sound& sound) {
  Sound out;
  out.reserve(sound.size());
  for (const std::int16_t s : sound) out.push_back(audio::mulaw_decode(audio::mulaw_encode(s)));
  return out;
}

}  // namespace offhook::turns

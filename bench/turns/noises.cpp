#include "turns/noises.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "audio/level.hpp"
#include "turns/filters.hpp"
#include "turns/level.hpp"

namespace offhook::turns {
namespace {

// The same numbers from the same seed with every standard library.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  double between(double least, double most) {
    return least + (most - least) * static_cast<double>(random_()) / 4294967295.0;
  }
  double noise() { return between(-1, 1); }

 private:
  std::mt19937 random_;
};

Sound loudest_at(const std::vector<double>& shape, double dbfs) {
  Sound out;
  for (const double s : shape) out.push_back(clipped(s * 8000));
  out = telephone_band(out);
  double loudest = audio::kSilenceDb;
  for (std::size_t i = 0; i < out.size(); i += 160)
    loudest = std::max(loudest, audio::dbfs(std::span(out).subspan(i, std::min<std::size_t>(160, out.size() - i))));
  return amplified(out, dbfs - loudest);
}

// A burst of breath: up within 8 ms, then away; two resonances of the throat make it a cough and not a hiss.
void burst(std::vector<double>& out, Dice& dice, double ms, double loudness) {
  const auto n = static_cast<std::size_t>(ms * 8);
  const double attack = 64, decay = static_cast<double>(n) / dice.between(2.5, 4);
  Biquad low = Biquad::low_pass(dice.between(1200, 2200)), high = Biquad::high_pass(dice.between(250, 450));
  for (std::size_t i = 0; i < n; ++i) {
    const auto t = static_cast<double>(i);
    const double shape = std::min(t / attack, 1.0) * std::exp(-t / decay);
    out.push_back(high.next(low.next(static_cast<float>(dice.noise() * loudness * shape))));
  }
}

void click(std::vector<double>& out, std::size_t at, Dice& dice, double loudness) {
  const double decay = dice.between(8, 24);  // samples: 1 to 3 ms
  for (std::size_t i = 0; i < 64 && at + i < out.size(); ++i)
    out[at + i] += dice.noise() * loudness * std::exp(-static_cast<double>(i) / decay);
}

}  // namespace

Sound cough(std::uint32_t seed, double dbfs) {
  Dice dice(seed);
  std::vector<double> shape;
  const double length = dice.between(150, 350);
  const double first = length * dice.between(0.5, 0.65);
  burst(shape, dice, first, 1);
  burst(shape, dice, length - first, dice.between(0.4, 0.8));
  return loudest_at(shape, dbfs);
}

Sound keyboard(std::uint32_t seed, double dbfs) {
  Dice dice(seed);
  std::vector<double> shape(kRate, 0.0);
  const int strokes = static_cast<int>(dice.between(5, 9.99));
  for (int i = 0; i < strokes; ++i) {
    const auto down = static_cast<std::size_t>((i + dice.between(0, 0.6)) * kRate / (strokes + 1));
    click(shape, down, dice, dice.between(0.6, 1));
    click(shape, down + static_cast<std::size_t>(dice.between(400, 800)), dice, dice.between(0.2, 0.5));
  }
  return loudest_at(shape, dbfs);
}

Sound line_noise(std::uint32_t seed, double dbfs) {
  Dice dice(seed);
  std::vector<double> shape;
  const double hum = dice.between(0.3, 0.7);
  for (int i = 0; i < kRate / 2; ++i) {
    const double t = 2 * std::numbers::pi * 50 * i / kRate;
    const double edge = std::min({1.0, i / 80.0, (kRate / 2 - i) / 80.0});
    const double harmonics = std::sin(t) + 0.6 * std::sin(3 * t) + 0.5 * std::sin(7 * t) + 0.3 * std::sin(11 * t);
    shape.push_back(edge * (hum * harmonics / 2 + (1 - hum) * dice.noise()));
  }
  return loudest_at(shape, dbfs);
}

}  // namespace offhook::turns

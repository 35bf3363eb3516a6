// How loud: speech brought to a level, noise of a level. Pure, and the same for the same seed.
#pragma once

#include <cstdint>
#include <random>
#include <span>

#include "turns/sound.hpp"

namespace offhook::turns {

std::int16_t clipped(double sample);
double gain_of(double db);  // of the amplitude

// The level of the parts in which somebody speaks: 20 ms each, not more than 25 dB below the loudest. dBFS.
double speech_level(std::span<const std::int16_t> sound);
Sound levelled(const Sound& sound, double dbfs);  // silence stays as it is
Sound amplified(const Sound& sound, double db);

// White noise, without end.
class Hiss {
 public:
  Hiss(double dbfs, std::uint32_t seed);
  std::int16_t next();

 private:
  std::mt19937 random_;
  double most_;  // uniform within ± this
};

}  // namespace offhook::turns

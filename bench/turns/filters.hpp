// What a telephone line leaves of a sound. Pure.
#pragma once

#include "turns/sound.hpp"

namespace offhook::turns {

// Second order, Butterworth; the cookbook of R. Bristow-Johnson. One stream each.
class Biquad {
 public:
  static Biquad low_pass(double hz);
  static Biquad high_pass(double hz);
  float next(float x);

 private:
  double b0_ = 1, b1_ = 0, b2_ = 0, a1_ = 0, a2_ = 0;
  double z1_ = 0, z2_ = 0;
};

Sound telephone_band(const Sound& sound);         // 300 to 3400 Hz
Sound low_passed(const Sound& sound, double hz);  // through a wall, or a hand over the mouthpiece
Sound through_mulaw(const Sound& sound);          // and back

}  // namespace offhook::turns

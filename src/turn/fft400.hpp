// The Fourier transform of Whisper's 400-sample frames (25 ms at 16 kHz), of eight frames at once: four in the lanes of
// a vector, and two real frames in one complex transform. 400 = 4·4·5·5, so no power-of-two transform fits.
#pragma once

#include <span>
#include <vector>

namespace offhook::turn {

class Fft400 {
 public:
  static constexpr int kSize = 400;
  static constexpr int kBins = kSize / 2 + 1;
  static constexpr int kFrames = 8;  // a batch
  using Lanes = float __attribute__((vector_size(16)));

  // Power of each bin, frames 0..3 in `low`, 4..7 in `high`. 4 kB each.
  struct Powers {
    Lanes low[kBins], high[kBins];
  };

  Fft400();
  // Frame i is window · samples[i·hop .. i·hop + 400). Const: any thread.
  void powers(std::span<const float> samples, int hop, std::span<const float, kSize> window, Powers& out) const;

 private:
  struct Complex {
    Lanes re[kSize], im[kSize];
  };
  struct Root {
    float re, im;
  };
  void pass4(const Complex& in, Complex& out, int length, int stride) const;
  void pass5(const Complex& in, Complex& out, int length, int stride) const;

  std::vector<Root> roots_;  // exp(-2πi k/400)
};

}  // namespace offhook::turn

// The Fourier transform of 128 real samples (16 ms at 8 kHz) and back, four lanes at a time. 128 real samples are 64
// complex ones, and 64 = 4·4·4: three passes.
#pragma once

#include <array>
#include <span>

namespace offhook::audio {

class Fft128 {
 public:
  static constexpr int kSize = 128;
  static constexpr int kBins = kSize / 2 + 1;  // of 62.5 Hz at 8 kHz
  static constexpr int kVectors = 17;          // that hold them; the last three lanes are zero
  using Lanes = float __attribute__((vector_size(16)));
  struct Spectrum {
    std::array<Lanes, kVectors> re{}, im{};
  };

  // Const: any thread.
  static void forward(std::span<const float, kSize> samples, Spectrum& out);
  static void inverse(const Spectrum& in, std::span<float, kSize> samples);  // undoes forward()
};

}  // namespace offhook::audio

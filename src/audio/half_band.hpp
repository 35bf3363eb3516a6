// Doubles the sample rate with a half-band filter. Every second sample out is one that came in; only those between are
// computed, each from the 20 before and the 20 behind it.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace offhook::audio {

// A stream. From 8 kHz to 16: flat within 0.01 dB to 3.6 kHz, what lies beyond 4.4 kHz is 64 dB down, and between them
// the slope is 6 dB down at 4 kHz. One thread at a time.
class HalfBand {
 public:
  static constexpr int kLookahead = 20;  // samples of the input

  // Appends. Output is aligned with the input: its sample 2k is the input's sample k, and comes with the input's sample
  // k + kLookahead.
  void process(std::span<const float> in, std::vector<float>& out);
  void reset() { *this = {}; }

 private:
  static constexpr int kTaps = 2 * kLookahead;
  void block(std::span<const float> in, std::vector<float>& out);

  std::array<float, kTaps - 1> past_{};
  std::size_t skip_ = 2 * kLookahead;  // of what comes out next: it stands for the time before the first sample
};

}  // namespace offhook::audio

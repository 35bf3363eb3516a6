// From one sample rate to another: to twice the rate by a half-band filter, else by speexdsp's windowed sinc. Streams
// for what arrives, one call for what is whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "audio/half_band.hpp"
#include "base/clock.hpp"

struct SpeexResamplerState_;

namespace offhook::audio {

// A stream of mono samples, -1..1. Output is aligned with the input: its sample k stands for the instant k/to of the
// input, and comes as soon as the input has reached latency() beyond that instant. One thread at a time.
class Resampler {
 public:
  // Rates from 1000 to 384000 Hz; others are a programmer's mistake and throw std::invalid_argument.
  Resampler(int from, int to);
  ~Resampler();
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;

  void process(std::span<const float> in, std::vector<float>& out);  // appends
  // Appends the tail as if silence followed, so that n samples in have become exactly round(n * to / from), and starts
  // anew.
  void finish(std::vector<float>& out);
  void reset();

  int lookahead() const { return lookahead_; }  // in samples of the input
  Duration latency() const;

 private:
  void feed(std::span<const float> in, std::vector<float>& out);

  struct Free {
    void operator()(SpeexResamplerState_* s) const;
  };
  std::unique_ptr<SpeexResamplerState_, Free> state_;
  std::optional<HalfBand> twice_;  // instead of state_; neither if the rates are equal
  int from_, to_, lookahead_ = 0;
  std::int64_t taken_ = 0, given_ = 0;
};

// The whole of a sound: exactly round(n * to / from) samples, aligned. Beyond both ends the sound is continued by its
// own point reflection, so that one cut out of a louder whole does not click. Any thread.
std::vector<float> resample(std::span<const float> in, int from, int to);
std::vector<std::int16_t> resample(std::span<const std::int16_t> in, int from, int to);

}  // namespace offhook::audio

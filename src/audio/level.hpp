// How loud, and where sound begins and ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/clock.hpp"

namespace offhook::audio {

inline constexpr double kSilenceDb = -120;  // dBFS of nothing at all

// Root mean square, in the samples' own unit (int16: 0..32768, float: 0..1). 0 of nothing.
double rms(std::span<const std::int16_t> samples);
double rms(std::span<const float> samples);

// dB below full scale (a constant at full scale is 0, a sine -3.01), at least kSilenceDb.
double dbfs(std::span<const std::int16_t> samples);
double dbfs(std::span<const float> samples);

// What counts as heard: 200 of 32768 (-44 dBFS) lies above the noise of µ-law and of a voice's model, and below any
// speech.
struct Audible {
  double threshold_rms = 200;
  Duration step = 5ms;  // judged in steps of this length, the last one perhaps shorter
};

// The first sample of the first audible step; samples.size() if none is.
std::size_t first_audible(std::span<const std::int16_t> samples, int rate, Audible audible = {});
// One beyond the last sample of the last audible step; 0 if none is. Steps are counted from the end.
std::size_t last_audible(std::span<const std::int16_t> samples, int rate, Audible audible = {});

}  // namespace offhook::audio

// Sound of the benchmark: 8 kHz, mono, 16 bit, counted in samples.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.hpp"

namespace offhook::turns {

using Sound = std::vector<std::int16_t>;
using Samples = std::int64_t;  // a length, or a position in a stream

inline constexpr int kRate = 8000;

constexpr Samples samples_of(Duration d) {
  return d.count() * kRate / 1'000'000;
}
constexpr std::int64_t ms_of(Samples n) {
  return n * 1000 / kRate;
}
constexpr Samples samples_of_ms(std::int64_t ms) {
  return ms * kRate / 1000;
}

}  // namespace offhook::turns

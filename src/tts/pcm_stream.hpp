// Sound as a service sends it, bytes cut anywhere, to samples at the rate that is wanted.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "audio/resampler.hpp"

namespace offhook::tts {

enum class Encoding { s16le, mulaw };

class PcmStream {
 public:
  // Rates as audio::Resampler takes them.
  PcmStream(Encoding encoding, int from, int to);

  void feed(std::span<const std::uint8_t> bytes, std::vector<std::int16_t>& out);  // appends
  void finish(std::vector<std::int16_t>& out);  // what the resampler keeps back; half a sample is lost

 private:
  void convert(std::span<const std::int16_t> samples, std::vector<std::int16_t>& out);

  const Encoding encoding_;
  std::optional<audio::Resampler> resampler_;  // none if the rates are equal
  std::optional<std::uint8_t> odd_;            // the first byte of a sample whose second has not come
  std::vector<std::int16_t> samples_;
  std::vector<float> in_, out_;
};

}  // namespace offhook::tts

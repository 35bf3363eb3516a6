// The JSON file beside a Piper voice (rhasspy/piper, "en_US-joe-medium.onnx.json"): what its model expects.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "tts/phonemes.hpp"

namespace offhook::tts {

struct PiperConfig {
  int rate = 0;                                     // Hz of the model's sound
  std::string espeak_voice;                         // whose phonemes it was trained on
  std::array<float, 3> scales{0.667f, 1.0f, 0.8f};  // noise, length (2: half the speed), noise in the lengths
  int speakers = 1;                                 // with more, the model also wants a speaker's number
  PhonemeIds ids;
};

Result<PiperConfig> parse_piper_config(std::string_view json);
Result<PiperConfig> read_piper_config(const std::string& path);  // errors name the file

}  // namespace offhook::tts

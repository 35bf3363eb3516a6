// The voices of the corpus: flite's four, espeak-ng's where its program is installed, Piper's through our own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tts/reciter.hpp"
#include "turns/sound.hpp"

namespace offhook::turns {

struct VoiceFiles {
  std::string scratch;            // a folder for what the programs write
  std::string piper, piper_json;  // a Piper voice and its .json; empty: none
};

class Voices {
 public:
  // `missing` is told what is not here and why. No voice at all is an error.
  static Result<std::unique_ptr<Voices>> open(VoiceFiles files, const std::function<void(std::string)>& missing);
  ~Voices();

  const std::vector<std::string>& names() const { return names_; }  // "flite:rms", "piper:joe"
  struct Said {
    Sound sound;       // as the voice made it, at 8 kHz
    std::string made;  // how
  };
  // Blocks until it is said. Piper draws its noise anew each time; the others say the same for the same text.
  Result<Said> say(const std::string& voice, std::string_view text);

 private:
  explicit Voices(VoiceFiles files);
  Result<Said> by_program(std::vector<std::string> arguments, const std::string& out);
  Result<Said> by_piper(std::string_view text);

  VoiceFiles files_;
  std::vector<std::string> names_;
  std::unique_ptr<tts::Reciter> piper_;
};

// A WAV's first channel at 8 kHz.
Result<Sound> sound_of_file(const std::string& path);

}  // namespace offhook::turns

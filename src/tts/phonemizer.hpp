// Text to phonemes by espeak-ng. Its library is GPL-3, so Offhook neither links nor ships it: it is looked for when a
// local voice is loaded, and spoken to through the few functions of its C API that phonemizer.cpp declares.
//
// espeak-ng keeps its state in globals, so one instance serves the process: callers on other threads wait for each
// other (0.1 ms a sentence). Only pool threads should call. Loading it sets the process's LC_CTYPE to a UTF-8 locale.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tts/phonemes.hpp"

namespace offhook::tts {

class Phonemizer {
 public:
  // `voice`: espeak-ng's name of it, "en-us". not_found if the library, its data or the voice is missing; says what to
  // install.
  static Result<Phonemizer> open(const std::string& voice, const std::string& library = "libespeak-ng.so.1");

  // Any thread. A text that ends without a mark gets a comma. Of what is not speakable nothing is left.
  std::vector<ClausePhonemes> clauses(std::string_view text) const;

 private:
  struct Espeak;
  Phonemizer(std::shared_ptr<Espeak> espeak, std::string voice)
      : espeak_(std::move(espeak)), voice_(std::move(voice)) {}

  std::shared_ptr<Espeak> espeak_;
  std::string voice_;
};

}  // namespace offhook::tts

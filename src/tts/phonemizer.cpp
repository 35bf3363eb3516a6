#include "tts/phonemizer.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <mutex>

namespace offhook::tts {
namespace {

constexpr std::string_view kRemedy = "; install it with: apt-get install libespeak-ng1 espeak-ng-data";

// Of espeak-ng's API (speak_lib.h, stable since 1.49).
constexpr int kSynchronousOutput = 2;    // nothing is played
constexpr int kReturnOnError = 1 << 15;  // instead of exit(1) when its data is missing
constexpr int kUtf8 = 1;
constexpr int kIpa = 1 << 1;

// At a word of another alphabet than the voice's, espeak-ng 1.51 changes its language and reads memory it has freed, so
// a voice for a Latin script is never shown one.
Script script_of(std::string_view voice) {
  static constexpr std::string_view kOthers[] = {"am", "ar", "as", "be", "bg", "bn", "ckb", "cmn", "el", "fa",
                                                 "gu", "he", "hi", "hy", "ja", "ka", "kk",  "kn",  "ko", "ky",
                                                 "mk", "ml", "mr", "my", "ne", "or", "pa",  "ru",  "sd", "si",
                                                 "sr", "ta", "te", "th", "tt", "uk", "ur",  "yue", "zh"};
  const std::string_view language = voice.substr(0, voice.find('-'));
  return std::ranges::find(kOthers, language) == std::end(kOthers) ? Script::latin : Script::any;
}

}  // namespace

struct Phonemizer::Espeak {
  int (*initialize)(int output, int buffer_ms, const char* data_path, int options);
  int (*set_voice)(const char* name);
  // One clause of *text; moves *text behind it and what it read ahead, or makes it null after the last.
  const char* (*to_phonemes)(const void** text, int text_mode, int phoneme_mode);
  std::mutex mutex;
  std::string voice;  // the one that is set
};

Result<Phonemizer> Phonemizer::open(const std::string& voice, const std::string& library) {
  static std::mutex mutex;
  static std::shared_ptr<Espeak> shared;  // to the end of the process: the library cannot be started twice
  const std::scoped_lock lock(mutex);
  const auto missing = [](std::string what) { return Error{Errc::not_found, what + std::string(kRemedy)}; };

  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);  // counted; never let go, its state is the process's
  if (!handle) return missing("loading espeak-ng for the local voice: " + std::string(dlerror()));
  if (!shared) {
    auto espeak = std::make_shared<Espeak>();
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(handle, name));
      return function != nullptr;
    };
    if (!find(espeak->initialize, "espeak_Initialize") || !find(espeak->set_voice, "espeak_SetVoiceByName") ||
        !find(espeak->to_phonemes, "espeak_TextToPhonemes")) {
      return missing("loading espeak-ng for the local voice: " + library +
                     " lacks a function of espeak-ng 1.49 or later");
    }
    if (espeak->initialize(kSynchronousOutput, 0, nullptr, kReturnOnError) <= 0) {
      return missing("starting espeak-ng for the local voice: it does not find its data (espeak-ng-data/phontab)");
    }
    shared = std::move(espeak);
  }
  const std::scoped_lock use(shared->mutex);
  if (shared->set_voice(voice.c_str()) != 0) {
    shared->voice.clear();
    return missing("loading espeak-ng for the local voice: it has no voice \"" + voice +
                   "\" (espeak-ng --voices lists them)");
  }
  shared->voice = voice;
  return Phonemizer(shared, voice);
}

std::vector<ClausePhonemes> Phonemizer::clauses(std::string_view text) const {
  const std::string input = readable(text, script_of(voice_));
  std::vector<ClausePhonemes> out;
  const std::scoped_lock lock(espeak_->mutex);
  if (espeak_->voice != voice_ && espeak_->set_voice(voice_.c_str()) == 0) espeak_->voice = voice_;
  // It does not say which mark ended the clause, but it stops reading there, at most one character later.
  const char* at = input.c_str();
  const char* const end = at + input.size();
  for (std::size_t bound = input.size() + 2; at && bound > 0; --bound) {
    const void* next = at;
    const char* ipa = espeak_->to_phonemes(&next, kUtf8, kIpa);
    const char* stopped = next ? std::min(static_cast<const char*>(next), end) : end;
    ClausePhonemes clause{cleaned(decode_utf8(ipa ? ipa : "")),
                          closing_mark(decode_utf8({at, stopped}), next != nullptr)};
    if (!next && clause.mark == 0) clause.mark = U',';  // a reply's clause that goes on in the next
    out.push_back(std::move(clause));
    at = static_cast<const char*>(next);  // in bounds: espeak-ng stops at the null behind the text
  }
  return out;
}

}  // namespace offhook::tts

// What all voices have in common that run in this process: text becomes sentences of phonemes, each sentence a job of
// the pool, each job's sound a piece for the sink. A model only turns one sentence into samples.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "inference/pool.hpp"
#include "tts/phonemizer.hpp"
#include "tts/tts.hpp"

namespace offhook::tts {

// Phonemes that make no sound by themselves.
inline constexpr std::u32string_view kMute = U" ,;:.?!'\"-()ˈˌːˑ";

// Constant once made: any thread, several at once.
class LocalModel {
 public:
  virtual ~LocalModel() = default;
  virtual int rate() const = 0;                                  // Hz of its sound
  virtual bool can_say(std::u32string_view sentence) const = 0;  // it knows a phoneme of it that is not mute
  virtual Result<std::vector<float>> render(std::u32string_view sentence) const = 0;  // -1..1, as loud as it likes
};

struct LocalVoice {
  std::unique_ptr<const LocalModel> model;
  Phonemizer phonemizer;
  std::string key;
  std::size_t longest = 200;  // phonemes rendered in one go; for so long other calls may wait
};
// Speaks a sentence once to learn how loud the model is: one gain for all that it will ever say. The voice sounds at
// -20 dBFS, at the rate that is asked for (1000 to 384000 Hz). The pool outlives the voice and goes before the loops.
Result<std::unique_ptr<Voice>> make_local_voice(LocalVoice voice, inference::Pool& pool);

}  // namespace offhook::tts

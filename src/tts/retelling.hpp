// What a service says of one clause, retold to its sink: samples at the rate that is wanted, and how much of the text
// is said when.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tts/dialect.hpp"
#include "tts/pcm_stream.hpp"
#include "tts/tts.hpp"
#include "tts/word_times.hpp"

namespace offhook::tts {

class Retelling {
 public:
  Retelling(std::string_view text, const Dialect::Format& format, int rate);

  // `over` may become true inside any callback: nothing more is told then. This must be kept until it returns.
  void tell(const SpeechEvent& event, const Sink& sink, const bool& over);
  void end(const Sink& sink, const bool& over);  // what was kept back of words and sound

  std::int64_t samples() const { return samples_; }  // told

 private:
  void sound(std::span<const std::int16_t> samples, const Sink& sink);
  void word(std::string_view word, std::int64_t samples, const Sink& sink);
  std::int64_t at(Duration time) const { return time.count() * rate_ / 1'000'000; }

  const int rate_;
  PcmStream pcm_;
  WordTimes words_;
  std::string letters_;             // of a word that has not ended
  std::int64_t letters_until_ = 0;  // samples
  std::int64_t samples_ = 0, said_samples_ = 0;
  std::size_t said_bytes_ = 0;
};

}  // namespace offhook::tts

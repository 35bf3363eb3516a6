#include "tts/retelling.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace offhook::tts {

namespace {

constexpr std::size_t kLongestWord = 256;  // bytes; a script without blanks may have none that ends

}  // namespace

Retelling::Retelling(std::string_view text, const Dialect::Format& format, int rate)
    : rate_(rate), pcm_(format.encoding, format.rate, rate), words_(text) {}

void Retelling::tell(const SpeechEvent& event, const Sink& sink, const bool& over) {
  const std::int64_t before = samples_;
  std::vector<std::int16_t> samples;
  pcm_.feed(event.sound, samples);
  sound(samples, sink);
  for (const TimedText& said : event.words) {
    if (over) return;
    if (!event.letters) {
      word(said.text, at(said.end), sink);
    } else if (said.text.find_first_not_of(" \t\r\n") == std::string::npos) {
      word(std::exchange(letters_, {}), letters_until_, sink);
    } else if (letters_.size() < kLongestWord) {
      letters_ += said.text;
      letters_until_ = before + at(said.end);
    }
  }
}

void Retelling::end(const Sink& sink, const bool& over) {
  if (!over) word(std::exchange(letters_, {}), letters_until_, sink);
  if (over) return;
  std::vector<std::int16_t> tail;
  pcm_.finish(tail);
  sound(tail, sink);
}

void Retelling::sound(std::span<const std::int16_t> samples, const Sink& sink) {
  if (samples.empty()) return;
  samples_ += static_cast<std::int64_t>(samples.size());
  if (sink.audio) sink.audio(samples);
}

void Retelling::word(std::string_view word, std::int64_t samples, const Sink& sink) {
  const auto bytes = words_.said(word);
  if (!bytes || *bytes <= said_bytes_) return;
  said_bytes_ = *bytes;
  said_samples_ = std::max(said_samples_, samples);
  if (sink.said) sink.said(said_bytes_, said_samples_);
}

}  // namespace offhook::tts

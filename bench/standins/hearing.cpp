#include "standins/hearing.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "audio/g711.hpp"

namespace offhook::standins {
namespace {

constexpr double loud = 250;  // RMS of 16 bit samples

std::vector<std::string> split(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

void Hearing::feed(std::string_view bytes, const std::function<void()>& step) {
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (sound_ == Sound::mulaw) {
      sample(audio::mulaw_decode(byte), step);
    } else if (sound_ == Sound::alaw) {
      sample(audio::alaw_decode(byte), step);
    } else if (half_ < 0) {
      half_ = byte;
    } else {
      sample(static_cast<std::int16_t>(static_cast<std::uint16_t>(half_ | byte << 8)), step);
      half_ = -1;
    }
  }
}

void Hearing::sample(std::int16_t value, const std::function<void()>& step) {
  ++samples_;
  energy_ += static_cast<double>(value) * value;
  const std::int64_t whole = rate_ / 100;
  if (++in_step_ < whole) return;
  if (std::sqrt(energy_ / static_cast<double>(whole)) > loud) {
    if (heard_ == 0) begun_ = position() - 0.01;
    heard_ += 0.01;
    last_loud_ = position();
  }
  in_step_ = 0;
  energy_ = 0;
  step();
}

double Hearing::position() const {
  return static_cast<double>(samples_) / rate_;
}

double Hearing::silence() const {
  return heard_ > 0 ? position() - last_loud_ : 0;
}

std::vector<HeardWord> Hearing::words(bool whole) const {
  if (!open()) return {};
  std::vector<std::string> texts;
  std::size_t count = 0;
  if (settings_.hear) {
    texts = split(settings_.hear(utterance_, heard_));
    count = texts.size();
  } else if (!settings_.phrases.empty()) {
    texts = split(settings_.phrases[static_cast<std::size_t>(utterance_) % settings_.phrases.size()]);
    const auto fit = static_cast<std::size_t>(heard_ * settings_.words_per_second);
    count = whole ? texts.size() : std::clamp<std::size_t>(fit, 1, std::max<std::size_t>(texts.size(), 1));
  }
  std::vector<HeardWord> words;
  const double each = count == 0 ? 0 : (last_loud_ - begun_) / static_cast<double>(count);
  for (std::size_t i = 0; i < std::min(count, texts.size()); ++i)
    words.push_back({texts[i], begun_ + each * static_cast<double>(i), begun_ + each * static_cast<double>(i + 1)});
  return words;
}

void Hearing::close() {
  if (open()) ++utterance_;
  heard_ = 0;
}

void Hearing::forget_blip() {
  if (!open()) heard_ = 0;
}

std::string joined(const std::vector<HeardWord>& words, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < words.size(); ++i) {
    if (!text.empty()) text += ' ';
    text += words[i].text;
  }
  return text;
}

std::string heard_in(const Settings& settings, const std::vector<std::int16_t>& samples, int rate, int utterance) {
  Settings one = settings;  // whose only utterance is this one
  if (settings.hear)
    one.hear = [&settings, utterance](int, double heard) { return settings.hear(utterance, heard); };
  else if (!settings.phrases.empty())
    one.phrases = {settings.phrases[static_cast<std::size_t>(utterance) % settings.phrases.size()]};
  Hearing hearing(one, Sound::linear16, rate);
  std::string bytes(samples.size() * 2, '\0');
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto value = static_cast<std::uint16_t>(samples[i]);
    bytes[2 * i] = static_cast<char>(value & 0xFF);
    bytes[2 * i + 1] = static_cast<char>(value >> 8);
  }
  hearing.feed(bytes, [] {});
  return joined(hearing.words(true));
}

}  // namespace offhook::standins

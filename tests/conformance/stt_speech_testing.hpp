// Speech whose words can be counted, and what recognisers must make of it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "audio/resampler.hpp"
#include "audio/wav.hpp"
#include "base/clock.hpp"

namespace offhook::conformance::ears {

// The stand-in hears a word every 40 ms, and the words are numbers: "1 2 3 …". So a text says how much of the speech
// came to it, and a word that is lost or comes twice is seen.
inline std::string numbers_after(int before, int last) {
  std::string text;
  for (int i = before + 1; i <= last; ++i) text += (text.empty() ? "" : " ") + std::to_string(i);
  return text;
}
// `heard` is counted in steps of 10 ms: an utterance that does not begin with one may have one more. Three of them
// together still have not a word too many, and a block of 20 ms that is missing is a word.
inline std::string counted(int /*utterance*/, double heard) {
  return numbers_after(0, static_cast<int>(heard / 0.04 + 0.001));
}

struct Utterance {
  Duration length;         // as the stand-in gets it
  std::string file, word;  // as the local recogniser gets it, and what only this one has in it
};
// The stand-in tells of words 110 ms after they begin, then every 250 ms. These end just before the next is due, so
// that with a hush behind it none of them is known whole, or nearly, before it is final, however slow the machine is.
inline const std::vector<Utterance> utterances = {{600ms, "stt_yes", "works for me"},
                                                  {1320ms, "stt_address", "street"},
                                                  {840ms, "stt_weather", "weather"},
                                                  {1080ms, "stt_appointment", "appointment"}};
inline constexpr Duration hush = 280ms;  // before a pause is noticed; shorter than the 300 ms that listen v1 waits

using Said = std::vector<std::size_t>;  // which utterances

inline std::size_t samples_in(Duration length, int rate) {
  return static_cast<std::size_t>(length.count() * rate / 1'000'000);
}

// Noise that rises and falls four times a second as syllables do. Its last 5 ms are silent, see counted().
inline std::vector<float> noise(Duration length, int rate) {
  std::vector<float> sound(samples_in(length, rate));
  std::uint32_t random = 1;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    random = random * 1664525 + 1013904223;
    const double syllable = 1 + 0.5 * std::sin(8 * std::numbers::pi * static_cast<double>(i) / rate);
    sound[i] = static_cast<float>(0.1 * syllable * (static_cast<double>(random) / 2147483648.0 - 1));
  }
  std::fill(sound.end() - static_cast<std::ptrdiff_t>(samples_in(5ms, rate)), sound.end(), 0.0f);
  return sound;
}

inline std::vector<float> recording(const std::string& file, int rate) {
  const auto wav = audio::read_wav(OFFHOOK_SOURCE_DIR "/tests/data/" + file + ".wav");
  EXPECT_TRUE(wav.ok()) << wav.error().what;
  if (!wav) return {};
  std::vector<float> sound(wav->samples.size());
  std::transform(wav->samples.begin(), wav->samples.end(), sound.begin(), [](auto s) { return s / 32768.0f; });
  return audio::resample(sound, wav->rate, rate);
}

// "1 2 3 1 2" is {3, 2}: how many words each stretch of speech had that was recognised as one. Empty: no such text.
inline std::optional<std::vector<int>> stretches(const std::string& text) {
  std::vector<int> all;
  std::istringstream in(text);
  for (int number = 0; in >> number;) {
    if (number == 1)
      all.push_back(1);
    else if (all.empty() || number != all.back() + 1)
      return {};
    else
      all.back() = number;
  }
  if (!in.eof()) return {};
  return all;
}

inline std::vector<int> words_until_end_of_each(const Said& said) {
  std::vector<int> ends;
  for (const std::size_t one : said)
    ends.push_back((ends.empty() ? 0 : ends.back()) + static_cast<int>(utterances[one].length / 40ms));
  return ends;
}

// Is it all of what was said, once? Utterances may have been recognised together.
inline testing::AssertionResult is_all_of(const std::string& text, const Said& said) {
  const auto ends = words_until_end_of_each(said);
  const auto heard = stretches(text);
  const auto no = [&] {
    return testing::AssertionFailure() << "heard \"" << text << "\", expected stretches that end at words "
                                       << testing::PrintToString(ends);
  };
  if (!heard) return no();
  int at = 0;
  for (const int length : *heard)
    if (std::find(ends.begin(), ends.end(), at += length) == ends.end()) return no();
  return at == (ends.empty() ? 0 : ends.back()) ? testing::AssertionSuccess() : no();
}

// Is it its beginning?
inline bool is_beginning_of(const std::string& text, const Said& said) {
  const auto ends = words_until_end_of_each(said);
  const auto heard = stretches(text);
  if (!heard) return false;
  int at = 0;
  for (std::size_t i = 0; i < heard->size(); ++i) {
    at += (*heard)[i];
    if (i + 1 < heard->size() && std::find(ends.begin(), ends.end(), at) == ends.end()) return false;
  }
  return at <= ends.back();
}

inline testing::AssertionResult has_words_of(std::string text, const Said& said) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  for (std::size_t i = 0; i < utterances.size(); ++i) {
    const bool wanted = std::find(said.begin(), said.end(), i) != said.end();
    if ((text.find(utterances[i].word) != std::string::npos) != wanted)
      return testing::AssertionFailure() << "heard \"" << text << "\", " << (wanted ? "" : "not ") << "expected \""
                                         << utterances[i].word << '"';
  }
  return testing::AssertionSuccess();
}

}  // namespace offhook::conformance::ears

#include "stt/tidy.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "stt/words.hpp"

namespace offhook::stt {
namespace {

constexpr std::size_t kLongestPhrase = 8;  // words
constexpr std::size_t kRounds = 4;         // that people do say: "no no no no"
constexpr std::size_t kNumberRounds = 16;  // the digits of a payment card
constexpr std::size_t kLetterRounds = 4, kLettersKept = 3;

// The code point that begins at `at`, its bytes counted in `length`; 0 and 1 if these are not UTF-8 (RFC 3629).
char32_t code_point(std::string_view text, std::size_t at, std::size_t& length) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(at);
  length = 1;
  if (lead < 0x80) return lead;
  const std::size_t n = lead >= 0xF0 && lead < 0xF5   ? 4
                        : lead >= 0xE0 && lead < 0xF0 ? 3
                        : lead >= 0xC2 && lead < 0xE0 ? 2
                                                      : 0;
  if (n == 0 || at + n > text.size()) return 0;
  char32_t code = lead & (0x7Fu >> n);
  for (std::size_t i = at + 1; i < at + n; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  if ((n == 3 && code < 0x800) || (n == 4 && (code < 0x10000 || code > 0x10FFFF)) || (code >= 0xD800 && code < 0xE000))
    return 0;
  length = n;
  return code;
}

bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}
bool is_music(char32_t c) {
  return c >= 0x2669 && c <= 0x266F;
}
bool is_latin(char32_t c) {  // or punctuation, or a currency, or a sign such as №
  return c < 0x250 || (c >= 0x1E00 && c < 0x1F00) || (c >= 0x2000 && c < 0x2070) || (c >= 0x20A0 && c < 0x2150);
}

// Without what is not UTF-8, notes of music, and letters that will not end.
std::string clean(std::string_view text) {
  std::string out;
  char32_t before = 0;
  std::size_t times = 0;
  std::size_t mark = 0;  // where `out` ended after the last round that may stay
  for (std::size_t at = 0, length = 1; at < text.size(); at += length) {
    const char32_t c = code_point(text, at, length);
    if (c == 0 || is_music(c)) continue;
    times = c == before ? times + 1 : 1;
    before = c;
    if (times > kLetterRounds && !is_digit(c)) {
      out.resize(mark);
      continue;
    }
    out += text.substr(at, length);
    if (times <= kLettersKept) mark = out.size();
  }
  return out;
}

bool is_number(std::string_view word) {
  static constexpr std::array<std::string_view, 11> kDigits = {"zero", "oh",  "one",   "two",   "three", "four",
                                                               "five", "six", "seven", "eight", "nine"};
  if (!word.empty() &&
      std::all_of(word.begin(), word.end(), [](char c) { return is_digit(static_cast<unsigned char>(c)); }))
    return true;
  return std::find(kDigits.begin(), kDigits.end(), word) != kDigits.end();
}

// How many words from `at` on follow the pattern of its first `period` words, those included.
std::size_t run(const std::vector<Word>& said, std::size_t at, std::size_t period) {
  std::size_t i = at + period;
  while (i < said.size() && said[i].bare == said[i - period].bare) ++i;
  return i - at;
}

// Where the loop that begins at `at` ends; `at` if none begins there.
std::size_t loop_end(const std::vector<Word>& said, std::size_t at, std::size_t period) {
  const std::size_t length = run(said, at, period);
  const auto first = said.begin() + static_cast<std::ptrdiff_t>(at);
  const bool numbers =
      std::all_of(first, first + static_cast<std::ptrdiff_t>(period), [](const Word& w) { return is_number(w.bare); });
  if (length / period <= (numbers ? kNumberRounds : kRounds)) return at;
  return at + length == said.size() ? said.size() : at + length / period * period;
}

}  // namespace

std::string tidy_transcript(std::string_view text) {
  const std::string cleaned = clean(text);
  const auto said = words(cleaned);
  std::string out;
  for (std::size_t at = 0; at < said.size();) {
    std::size_t keep = 1;
    std::size_t next = at + 1;
    for (std::size_t period = 1; period <= kLongestPhrase && at + period <= said.size(); ++period)
      if (const std::size_t end = loop_end(said, at, period); end != at) {
        keep = period;
        next = end;
        break;
      }
    for (std::size_t i = at; i < at + keep; ++i) {
      if (!out.empty()) out += ' ';
      out += said[i].written;
    }
    at = next;
  }
  return out;
}

bool is_noise_heard_as_english(std::string_view text) {
  for (std::size_t at = 0, length = 1; at < text.size(); at += length)
    if (!is_latin(code_point(text, at, length))) return true;
  const auto said = words(text);
  return said.size() == 1 && said[0].bare == "you";
}

}  // namespace offhook::stt

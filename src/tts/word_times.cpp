#include "tts/word_times.hpp"

#include <algorithm>
#include <cstdint>

namespace offhook::tts {

namespace {

constexpr std::size_t kAhead = 3;  // words of the text that the voice may have said as something else, each time

bool blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// The UTF-8 sequence at the front of `text`, well-formed or not: 1 to 4 bytes.
std::size_t sequence(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  std::size_t n = 1;
  while (n < wanted && n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) ++n;
  return n;
}

char32_t three_bytes(std::string_view s) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(s[i])); };
  return s.size() == 3 ? (at(0) & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F) : 0;
}

// Scripts that put no blanks between words.
bool stands_alone(std::string_view s) {
  const char32_t c = three_bytes(s);
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF);
}

bool is_punctuation(std::string_view s) {
  const char32_t c = three_bytes(s);
  return (c >= 0x2010 && c <= 0x2027) || (c >= 0x3000 && c <= 0x3020) || (c >= 0xFF00 && c <= 0xFF0F) ||
         (c >= 0xFF1A && c <= 0xFF20) || s == "\xC2\xA1" || s == "\xC2\xBF" || s == "\xC2\xAB" || s == "\xC2\xBB";
}

std::string letters_of(std::string_view word) {
  std::string out;
  while (!word.empty()) {
    const std::size_t n = sequence(word);
    const char c = word.front();
    if (n > 1 || static_cast<unsigned char>(c) >= 0x80) {
      if (!is_punctuation(word.substr(0, n))) out += word.substr(0, n);
    } else if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    }
    word.remove_prefix(n);
  }
  return out;
}

}  // namespace

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  bool inside = false;  // the last word goes on
  bool alone = false;   // it is an ideograph: only punctuation joins it
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t n = sequence(text.substr(at));
    const std::string_view s = text.substr(at, n);
    if (n == 1 && blank(s.front())) {
      inside = false;
    } else if (inside && (is_punctuation(s) || (!alone && !stands_alone(s)))) {
      words.back().end = at + n;
    } else {
      words.push_back({at, at + n});
      inside = true;
      alone = stands_alone(s);
    }
    at += n;
  }
  return words;
}

WordTimes::WordTimes(std::string_view text) {
  for (const Word& word : words_of(text))
    if (std::string letters = letters_of(text.substr(word.begin, word.end - word.begin)); !letters.empty())
      places_.push_back({std::move(letters), word.end});
}

std::optional<std::size_t> WordTimes::said(std::string_view text) {
  std::optional<std::size_t> reached;
  for (const Word& word : words_of(text)) {
    const std::string letters = letters_of(text.substr(word.begin, word.end - word.begin));
    if (letters.empty()) continue;
    if (const auto bytes = match(letters)) reached = bytes;
  }
  return reached;
}

std::optional<std::size_t> WordTimes::match(std::string_view letters) {
  if (next_ == places_.size()) return std::nullopt;
  const auto reach = [&](std::size_t place) {
    next_ = place + 1;
    part_ = skipped_ = 0;
    return places_[place].end;
  };
  const std::string_view wanted = places_[next_].letters, rest = wanted.substr(part_);
  if (letters == wanted || letters == rest) return reach(next_);
  const std::size_t until = std::min(places_.size(), next_ + 1 + kAhead + skipped_);
  for (std::size_t i = next_ + 1; i < until; ++i)
    if (places_[i].letters == letters) return reach(i);
  if (rest.starts_with(letters))
    part_ += letters.size();
  else
    ++skipped_;
  return std::nullopt;
}

}  // namespace offhook::tts

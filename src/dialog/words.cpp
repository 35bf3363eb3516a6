#include "dialog/words.hpp"

#include <algorithm>
#include <cctype>

#include "base/utf8.hpp"
#include "dialog/lower_case.hpp"
#include "dialog/tables.hpp"

namespace offhook::dialog {
namespace {

constexpr std::string_view kFillers[] = {"um", "uh", "er", "erm", "uhm", "umm", "uhh", "hmm", "ah"};

// Characters beyond ASCII that stand between words: quotes, dashes, the marks of Spanish, Chinese, Hindi and Arabic.
bool separates(std::string_view c) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(c[i]); };
  if (c.size() == 2 && byte(0) == 0xC2) return byte(1) != 0xAA && byte(1) != 0xB5 && byte(1) != 0xBA;
  if (c.size() == 2 && byte(0) == 0xD8) return byte(1) == 0x8C || byte(1) == 0x9B || byte(1) == 0x9F;
  if (c.size() != 3) return false;
  if (byte(0) == 0xE2) return byte(1) == 0x80 || byte(1) == 0x81;                       // U+2000 to U+207F
  if (byte(0) == 0xE0) return byte(1) == 0xA5 && (byte(2) == 0xA4 || byte(2) == 0xA5);  // danda
  if (byte(0) == 0xE3) return (byte(1) == 0x80 && byte(2) <= 0x9F) || c == "・";        // U+3000 to U+301F
  if (byte(0) != 0xEF) return false;
  return (byte(1) == 0xBC && (byte(2) <= 0x8F || (byte(2) >= 0x9A && byte(2) <= 0xA0))) ||  // full-width marks
         (byte(1) == 0xBD && byte(2) >= 0x9B && byte(2) <= 0xA5);
}

bool joins(std::string_view c) {
  return c == "-" || c == "‐" || c == "\xE2\x80\x91" || c == "\xE2\x80\x8C" || c == "\xE2\x80\x8D";
}

bool apostrophe(std::string_view c) {
  return c == "'" || c == "’" || c == "ʼ";
}

}  // namespace

std::vector<std::string> spoken_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end = [&] {
    while (word.ends_with('\'')) word.pop_back();
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  const std::string small = lower_case(text);
  for (std::string_view rest = small; !rest.empty();) {
    const std::string_view c = rest.substr(0, std::max<std::size_t>(1, utf8_length(rest)));
    rest.remove_prefix(c.size());
    if (joins(c)) continue;
    if (apostrophe(c)) {
      if (!word.empty()) word += '\'';
    } else if (c.size() == 1
                   ? static_cast<unsigned char>(c[0]) >= 0x80 || std::isalnum(static_cast<unsigned char>(c[0]))
                   : !separates(c)) {
      word += c;
    } else {
      end();
    }
  }
  end();
  return words;
}

std::vector<std::string> words_of(std::string_view text) {
  auto words = spoken_words(text);
  std::erase_if(words, [](const std::string& w) { return contains(kFillers, w); });
  return words;
}

bool same_words(std::string_view a, std::string_view b) {
  return words_of(a) == words_of(b);
}

}  // namespace offhook::dialog

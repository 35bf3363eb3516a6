#include "knowledge/fitting.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace offhook::knowledge {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

bool ends_a_sentence(std::string_view text) {
  while (!text.empty() && (text.back() == '"' || text.back() == ')')) text.remove_suffix(1);
  return text.ends_with('.') || text.ends_with('!') || text.ends_with('?') || text.ends_with("…");
}

}  // namespace

int count_words(std::string_view text) {
  int words = 0;
  bool before = true;  // a blank
  for (const char c : text) {
    const bool blank = is_blank(c);
    if (before && !blank) ++words;
    before = blank;
  }
  return words;
}

std::size_t fitting(std::string_view text, std::size_t bytes, int words) {
  if (text.size() <= bytes && count_words(text) <= words) return text.size();
  std::size_t sentence = 0, word = 0, at = 0;
  bool inside = false;
  while (at < text.size()) {
    const bool blank = is_blank(text[at]);
    if (inside && blank) {
      word = at;
      if (text[at] == '\n' || ends_a_sentence(text.substr(0, at))) sentence = at;
    }
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text.substr(at)));
    if (at + length > bytes || (!inside && !blank && words-- == 0)) break;
    inside = !blank;
    at += length;
  }
  return sentence > 0 ? sentence : word > 0 ? word : at;
}

}  // namespace offhook::knowledge

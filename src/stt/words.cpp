#include "stt/words.hpp"

namespace offhook::stt {
namespace {

// The C library's would ask the locale.
bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::vector<Word> words(std::string_view text) {
  std::vector<Word> out;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    const std::size_t from = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    Word word{text.substr(from, at - from), {}};
    for (const char c : word.written)
      if (!is_punctuation(c)) word.bare += lower(c);
    out.push_back(std::move(word));
  }
  return out;
}

}  // namespace offhook::stt

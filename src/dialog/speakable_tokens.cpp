#include "dialog/speakable_tokens.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "dialog/lower_case.hpp"

namespace offhook::dialog {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Marks beyond ASCII: Latin-1's signs, punctuation, currencies, arrows, mathematics, CJK and full-width punctuation.
bool is_wide_mark(std::string_view s) {
  const auto u = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  if (s.size() == 2) {
    if (u(0) == 0xC2) return s != "ª" && s != "µ" && s != "º";
    return s == "×" || s == "÷";
  }
  if (s.size() != 3) return false;
  return (u(0) == 0xE2 && u(1) >= 0x80 && u(1) <= 0xAF) || (u(0) == 0xE3 && u(1) == 0x80) ||
         (u(0) == 0xEF && (u(1) == 0xBC || u(1) == 0xBD));
}

std::size_t apostrophe(std::string_view s) {
  return s.starts_with("'") ? 1 : s.starts_with("’") ? 3 : 0;
}

}  // namespace

Tokens::Tokens(std::string_view text) : text_(text) {
  const auto length = [&](std::size_t i) { return std::max<std::size_t>(1, utf8_length(text.substr(i))); };
  const auto letter = [&](std::size_t i) {
    if (i >= text.size()) return false;
    if (static_cast<unsigned char>(text[i]) < 0x80) return is_letter(text[i]);
    return !is_wide_mark(text.substr(i, length(i)));
  };
  std::size_t capitals = 0, words = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    if (text[i] == ' ') {
      while (i < text.size() && text[i] == ' ') ++i;
      all_.push_back({Kind::blank, begin});
    } else if (is_digit(text[i])) {
      while (i < text.size() && is_digit(text[i])) ++i;
      all_.push_back({Kind::digits, begin});
    } else if (letter(i)) {
      while (letter(i)) {
        i += length(i);
        const std::size_t n = apostrophe(text.substr(std::min(i, text.size())));
        if (n > 0 && letter(i + n)) i += n;
      }
      all_.push_back({Kind::word, begin});
      if (i - begin > 1) {
        ++words;
        capitals += all_capitals(text.substr(begin, i - begin)) ? 1 : 0;
      }
    } else {
      i += length(i);
      all_.push_back({Kind::mark, begin});
    }
  }
  shouted_ = words >= 3 && capitals == words;
}

std::string_view Tokens::text(std::size_t i) const {
  return i < all_.size() ? text_.substr(all_[i].begin, begin(i + 1) - all_[i].begin) : std::string_view();
}

bool Tokens::dash(std::size_t i) const {
  constexpr std::string_view kDashes[] = {"-", "–", "—", "‑", "−", "‐"};
  return is_any(i, kDashes);
}

bool Tokens::ends_clause(std::size_t i) const {
  constexpr std::string_view kClosing[] = {".", ",", ";", ":", "!", "?", ")", "\"", "'", "”", "’", "“", "…"};
  for (; i < size(); ++i)
    if (!blank(i) && !is_any(i, kClosing)) return false;
  return true;
}

std::size_t Tokens::at_byte(std::size_t byte) const {
  const auto found = std::lower_bound(all_.begin(), all_.end(), byte,
                                      [](const Token& token, std::size_t at) { return token.begin < at; });
  return static_cast<std::size_t>(found - all_.begin());
}

std::string Tokens::word_before(std::size_t i, std::size_t nth) const {
  while (i > 0) {
    --i;
    if (glued(i) && nth-- == 0) return lower_case(text(i));
  }
  return {};
}

std::string Tokens::word_after(std::size_t i) const {
  return std::string(blank(i) && word(i + 1) ? text(i + 1) : std::string_view());
}

bool all_capitals(std::string_view word) {
  bool any = false;
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t n = std::max<std::size_t>(1, utf8_length(word.substr(i)));
    const std::string_view letter = word.substr(i, n);
    const bool capital = n == 1 ? letter[0] >= 'A' && letter[0] <= 'Z' : lower_case(letter) != letter;
    if (!capital) return false;
    any = true;
    i += n;
  }
  return any;
}

bool capital_first(std::string_view word) {
  return !word.empty() && all_capitals(word.substr(0, std::max<std::size_t>(1, utf8_length(word))));
}

int number_of(std::string_view digits) {
  if (digits.empty() || digits.size() > 9) return -1;
  int n = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return -1;
    n = n * 10 + (c - '0');
  }
  return n;
}

}  // namespace offhook::dialog

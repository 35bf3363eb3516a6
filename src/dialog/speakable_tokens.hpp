// A text in the tokens that rules look at: words, runs of digits, single marks, blanks. For speakable*.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dialog/tables.hpp"

namespace offhook::dialog {

class Tokens {
 public:
  enum class Kind { end, word, digits, mark, blank };

  // `text` outlives it, and is well-formed UTF-8. An apostrophe between letters belongs to the word.
  explicit Tokens(std::string_view text);

  std::size_t size() const { return all_.size(); }
  // Beyond both ends there is nothing: kind `end`, empty text.
  Kind kind(std::size_t i) const { return i < all_.size() ? all_[i].kind : Kind::end; }
  std::string_view text(std::size_t i) const;
  std::size_t begin(std::size_t i) const { return i < all_.size() ? all_[i].begin : text_.size(); }
  std::string_view from(std::size_t i) const { return text_.substr(begin(i)); }
  std::string_view between(std::size_t i, std::size_t j) const { return text_.substr(begin(i), begin(j) - begin(i)); }

  bool word(std::size_t i) const { return kind(i) == Kind::word; }
  bool digits(std::size_t i) const { return kind(i) == Kind::digits; }
  bool blank(std::size_t i) const { return kind(i) == Kind::blank; }
  bool is(std::size_t i, std::string_view text) const { return i < all_.size() && this->text(i) == text; }
  bool is_any(std::size_t i, Table texts) const { return i < all_.size() && contains(texts, text(i)); }
  bool glued(std::size_t i) const { return word(i) || digits(i); }  // what stands next to it belongs to it
  bool dash(std::size_t i) const;                                   // - – — ‑ −
  bool ends_clause(std::size_t i) const;                            // nothing but closing marks from here on

  // Behind a blank, if there is one at i.
  std::size_t skip_blank(std::size_t i) const { return blank(i) ? i + 1 : i; }
  // The first token that reaches this byte of the text.
  std::size_t at_byte(std::size_t byte) const;
  // The words before i, the nearest first, in small letters: 0 is next to it. Marks between count for nothing.
  std::string word_before(std::size_t i, std::size_t nth = 0) const;
  std::string word_after(std::size_t i) const;  // next to it, behind a blank; as it is written

  bool shouted() const { return shouted_; }  // all of it in capitals

 private:
  struct Token {
    Kind kind;
    std::size_t begin;
  };
  std::string_view text_;
  std::vector<Token> all_;
  bool shouted_ = false;
};

bool all_capitals(std::string_view word);   // "FAQ", "TÜV": letters, and each a capital
bool capital_first(std::string_view word);  // "Main", "Über"
int number_of(std::string_view digits);     // up to nine digits; -1: no such number

}  // namespace offhook::dialog

// The rules that languages share. Each is asked at the beginning of a token, in the order of speakable.cpp; the first
// that knows what stands there has it. For speakable*.cpp and tongue_*.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dialog/tongue.hpp"

namespace offhook::dialog {

// speakable_addresses.cpp: www.bluebird.com/book, anna.b@example.com, @anna, #summer
std::optional<Said> address(const Tokens& t, std::size_t i, const Tongue& tongue);

// speakable_digits.cpp: what is said digit by digit
std::optional<Said> phone(const Tokens& t, std::size_t i, const Tongue& tongue);  // (555) 123-4567, +49 30 1234567
std::optional<Said> code(const Tokens& t, std::size_t i, const Tongue& tongue);   // AB-1234, MP3, X7K9
std::optional<Said> spelled_number(const Tokens& t, std::size_t i, const Tongue& tongue);  // "your code is 4821", 007

// speakable_numbers.cpp
std::optional<Said> date(const Tokens& t, std::size_t i, const Tongue& tongue);      // 2026-11-29, 11/29/2026
std::optional<Said> fraction(const Tokens& t, std::size_t i, const Tongue& tongue);  // 1/2, 2 1/2, ½
std::optional<Said> version(const Tokens& t, std::size_t i, const Tongue& tongue);   // 3.11.2
std::optional<Said> quantity(const Tokens& t, std::size_t i, const Tongue& tongue);  // 1,234.5 -3 $12.50 9–5 20 °C 12 %

// speakable_words.cpp
std::optional<Said> abbreviation(const Tokens& t, std::size_t i, const Tongue& tongue);  // Dr. e.g. U.S.
std::optional<Said> roman(const Tokens& t, std::size_t i, const Tongue& tongue);         // Chapter IV
std::optional<Said> acronym(const Tokens& t, std::size_t i, const Tongue& tongue);       // FAQ
std::optional<Said> small_word(const Tokens& t, std::size_t i, const Tongue& tongue);    // and/or, 24/7, w/o
std::optional<Said> sign(const Tokens& t, std::size_t i, const Tongue& tongue);          // & + #12

// What they are made of.
std::string spelled(std::string_view characters, const Tongue& tongue);  // "A4" → "A four"
bool starts_fresh(const Tokens& t, std::size_t i);  // no letter, digit or sign of a number stands right before

// A number as it is written, and how far it reaches. None of a sign.
struct Written {
  std::size_t tokens = 0;
  std::uint64_t whole = 0;
  std::string_view digits;    // of the whole, where it is not grouped
  std::string_view fraction;  // digits
  bool grouped = false;
};
std::optional<Written> number_at(const Tokens& t, std::size_t i, const Tongue& tongue);
std::string said_number(const Written& number, const Tongue& tongue);

// The end of a range's sign at i ("-", " – "), or i if there is none.
std::size_t range_sign(const Tokens& t, std::size_t i);

}  // namespace offhook::dialog

// A transcript in the pieces that values are made of: "555-12" is two groups of digits, "S-M-I" three letters, "twenty"
// a word that may go on. For entities.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace offhook::dialog {

struct Piece {
  enum class Kind {
    word,     // anything else: "my", "john@example.com", "9:30", "$42"
    unit,     // a digit as a word: "five", "zero", "oh" among digits
    numeral,  // digits as such: "5", "555"
    teen,     // "ten" to "nineteen"
    tens,     // "twenty" to "ninety"
    scale,    // "hundred", "thousand"
    ordinal,  // "fifth", "5th"
    letter,   // "s"; "a" and "i" too
    times,    // "double", "triple": the next digit or letter
    hyphen,   // "dash", "hyphen"
    filler,   // "um"
  };
  Kind kind = Kind::word;
  std::string text;  // lower-cased, without marks at its edges
  int digits = 0;    // that it stands for when a number is read out
};

// Marks at a word's end are dropped: a recogniser puts them at every pause. "e-mail" and "e mail" become "email".
std::vector<Piece> pieces_of(std::string_view transcript);

bool is_numeric(const Piece& piece);  // unit, numeral, teen, tens or scale

}  // namespace offhook::dialog

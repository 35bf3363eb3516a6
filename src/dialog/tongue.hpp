// What a language says for numbers, signs and abbreviations: tables in tongue_english.cpp and tongue_german.cpp, and in
// tongue_*_rules.cpp how it counts and what only it writes. Another language is two such files and a line in
// tongue_of(). Const, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dialog/speakable_tokens.hpp"
#include "dialog/tables.hpp"

namespace offhook::dialog {

struct Tongue;

// So many tokens are said like this; `words` may be empty.
struct Said {
  std::size_t tokens = 0;
  std::string words;
};
// What begins at token i, if this rule knows it.
using Rule = std::optional<Said> (*)(const Tokens& tokens, std::size_t i, const Tongue& tongue);

enum class Gender { masculine, feminine, neuter };

struct Unit {
  std::string_view written, one, many;  // capitals count: "MB", "mb"
  Gender gender = Gender::masculine;
  bool glued_only = false;  // "5s" but not "5 s"
};
struct Currency {
  std::string_view written;  // "$", "USD"
  std::string_view one, many;
  std::string_view cent, cents;  // empty: there are none
  Gender gender = Gender::masculine;
};
struct Abbreviation {
  enum class When {
    always,         // with its dot, or without where the row has none
    before_name,    // a word with a capital follows: "Dr. Lee"
    after_name,     // a word with a capital stands before: "Main St."
    before_number,  // "No. 5"
    after_number,   // "5 min."
    near_day,       // "Mon-Fri", "Sat 9": next to a dash, a number or another of its kind
  };
  std::string_view written, spoken;  // with all dots it is written with; a blank stands for one or none
  When when = When::always;
};
struct Pair {
  std::string_view written, spoken;
};

struct Tongue {
  std::string_view tag;
  char decimal = '.', thousands = ',';
  bool day_first = false;  // 3/11/2026 is in November

  std::string (*cardinal)(std::uint64_t n);
  // Before what it counts: "ein Euro", "eine Minute".
  std::string (*counting)(std::uint64_t n, Gender gender);
  std::string (*ordinal)(std::uint64_t n, std::string_view before);  // `before`: the word before, in small letters
  std::string (*year)(int year);
  std::string (*fraction)(int over, int under);  // "three quarters"; empty: it has no name
  std::string (*date)(int day, int month, int year, std::string_view before);  // year 0: none
  std::string (*money)(std::uint64_t whole, std::string_view cents, const Currency& currency);

  std::span<const std::string_view> digits;  // ten
  std::string_view point, minus, plus, percent, to, per, and_, at, dot, slash, dash, underscore, number, times, equals,
      about, less, more, hashtag, section, degrees, either, plus_minus;
  std::span<const Unit> units;
  std::span<const Currency> currencies;
  std::span<const Abbreviation> abbreviations;
  std::span<const Pair> scales;       // of a number: "million", "Mio."; spoken behind it
  std::span<const Pair> signs;        // single marks that are words
  Table spoken_as_words;              // acronyms that are read: "NASA"
  Table shouted;                      // words in capitals that are words
  Table per_what;                     // "$5/month"
  std::span<const Pair> small_words;  // "w/o"
  Table spelled_behind;               // "your code is 4821"
  Table roman_counts, roman_names;    // "Chapter IV", "Henry VIII"
  std::span<const Rule> own;          // before all others
};

const Tongue* tongue_of(std::string_view language);  // of a tag; null: there is none
const Tongue& english();
const Tongue& british();  // English, with the day before the month
const Tongue& german();

// The functions and rules of each, for its tables.
void speak_english(Tongue& tongue);
void speak_british(Tongue& tongue);
void speak_german(Tongue& tongue);

}  // namespace offhook::dialog

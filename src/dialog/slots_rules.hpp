// What the rules of slots*.cpp share: the words of an utterance, what a language calls things, and the candidates that
// each kind of slot finds, of which settled() takes one or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dialog/slots.hpp"
#include "dialog/tables.hpp"

namespace offhook::dialog {

struct Counted {
  std::string_view word;
  int value;
};
// Hours that are said with a part of the day: "eight in the evening" is 12 later. Of several rows for a word the one
// with the hour counts; an hour without a row is none of that part.
struct DayPart {
  std::string_view word;
  int from, to, later;
};

struct SlotWord {
  std::string text;       // lower-cased, without marks: "p.m." is "pm"
  std::string_view said;  // as it was written, without the marks around it
  bool pause = false;     // a mark stands behind it
  bool stop = false;      // one that ends a sentence, or an ordinal's: "24. Dezember"
  bool asks = false;      // a question mark
  bool glued = false;     // a hyphen joins it to the word before
};
using SlotWords = std::span<const SlotWord>;

struct Clock {  // a time as it is said
  enum class Said {
    plainly,  // "3 pm", "half past three", "noon"
    minutes,  // "three thirty": may be another number
    hour,     // "three"
  };
  int hour = 0, minute = 0;
  Said said = Said::plainly;
  bool settled = false;  // of 24 hours already
};

// What a language says; slots_english.cpp, slots_german.cpp. A Table's rows may be phrases where it says so.
struct SlotTongue {
  std::string_view tag{};
  std::optional<int> (*number)(std::string_view word) = nullptr;   // "five", "twenty", "hundred"; "einundzwanzig"
  std::optional<int> (*ordinal)(std::string_view word) = nullptr;  // "fifth", "5th"; of "twenty fifth" only the parts
  char decimal = '.';                                              // the other of ',' and '.' stands between thousands

  Table fillers{};          // are dropped wherever they stand
  Table lead_ins{};         // phrases; say nothing before an answer: "well", "I'd say", "it's"
  Table courtesies{};       // nor these behind it: "please", "would be great"
  Table corrections{};      // phrases between a value and the one that replaces it
  Table corrects_behind{};  // phrases behind that one: "Tuesday I mean"

  Table denies{};          // a clause with one of these words denies all values in it
  Table denies_next{};     // phrases that deny the values behind them in the clause: "instead of"
  Table denies_at_once{};  // words right before a value: "than Monday", "no cleaning"
  Table no{};              // those of them that correct instead where a day or time follows: "Monday, no Tuesday"
  Table spoils{};          // words that deny a day or time of their clause: "Tuesday is bad"
  Table refers{};          // "that doesn't work", in the clause behind
  Table articles{};        // between a word and what it is about
  Table begins_clause{};   // without a mark before it: "but"
  Table asks{};            // begins a question whose words choose nothing: "how much is a cleaning"
  Table invites{};         // phrases that begin like one but do choose: "how about"
  Table past{};            // words of what has been: "my appointment was on Tuesday"
  Table opening{};         // of opening hours: "are you open on Tuesday"
  Table asks_back{};       // phrases that are no text: "what", "how do you mean"

  Table yes{}, says_no{};              // phrases: other words may follow: "yes, I'd like that"
  Table yes_alone{}, says_no_alone{};  // phrases where nothing else is said: "it is", "okay"
  Table undecided{};                   // phrases beside which yes and no mean nothing: "but", "I don't know"
  Table neutral{};                     // phrases with a yes or no in them that is none: "no problem"

  Table not_count_before{}, not_count_behind{};     // words beside "one" and numbers that count nothing: "that one"
  Table article_one{}, counted_things{};            // "eine" is a number before "Person"
  Table more_or_less{};                             // words before a number that isn't told: "at least three"
  Table and_half{}, point{}, minus{}, scale_and{};  // words and phrases inside of numbers
  Table twice{}, thrice{}, dashes{}, letter_for{};  // "double", "triple"; "dash"; "as in", phrases
  Table phone_words{}, other_numbers{};             // what a number is called: "mobile"; "order"
  Table extension{};

  std::span<const Counted> weekdays{}, months{},
      todays{};               // 1 is Monday; 1 is January; 0 today, 1 tomorrow, 2 the day after, 3 another: phrases
  Table next{}, next_week{};  // "next Tuesday", phrases; "Tuesday next week", phrases
  Table not_this_day{}, not_this_day_behind{};  // "every", "before"; phrases: "week" of "Tuesday week"
  Table today_before{}, today_behind{};         // beside which today is meant even in passing: "for today", "today at"
  Table names{};  // of more than days and months, those that are written with a capital: "Uhr"

  // The time that is said at i: where its words end; 0: none.
  std::size_t (*time)(SlotWords words, std::size_t i, Clock& clock) = nullptr;
  std::span<const DayPart> day_parts{};
  Table day_part_behind{};  // phrases right behind a time: "in the afternoon"
  Table greets{};           // "good" before a part of the day
  Table morning_before{};   // "am" before the "Morgen" that isn't tomorrow
  Table at{};               // "at three"
  Table not_this_time{};    // "after three"
  Table hour_behind{};      // what may follow a mere number that is an hour
  Table not_hour_before{};  // "option three"

  Table introduces{}, introduces_weakly{};  // phrases: "my name is"; "this is"
  Table spelled{};                          // phrases: "spelled"
  Table titles{}, particles{};              // "Mrs."; "von"
  Table behind_name{};                      // "speaking"
  Table no_name{};

  Table at_sign{}, dot{}, underscore{}, hyphen{}, plus{};  // in an address
  Table before_address{};                                  // "it's", "email"
};
// slots_english.cpp, slots_german.cpp, slots_speech.cpp
const SlotTongue& english_slots();
const SlotTongue& german_slots();
const SlotTongue& no_slots();  // of any other language: empty tables

// slots_english_rules.cpp, slots_german_rules.cpp, slots_times.cpp: the functions of the tables
std::optional<int> english_number(std::string_view word);
std::optional<int> english_ordinal(std::string_view word);
std::size_t english_time(SlotWords words, std::size_t i, Clock& clock);
std::optional<int> german_number(std::string_view word);
std::optional<int> german_ordinal(std::string_view word);
std::size_t german_time(SlotWords words, std::size_t i, Clock& clock);
std::size_t time_in_numerals(SlotWords words, std::size_t i, Clock& clock);

// slots_speech.cpp

std::vector<SlotWord> slot_words(std::string_view text, const SlotTongue& tongue);

struct Speech {
  std::vector<SlotWord> words;
  const SlotTongue& tongue;
  bool day_first = false;
  bool asked = false;
  std::size_t size() const { return words.size(); }
};

std::string_view text_at(SlotWords words, std::size_t i);  // empty beyond them
// How many words the phrase takes that stands at i; 0 where it doesn't.
std::size_t phrase_at(SlotWords words, std::size_t i, std::string_view phrase);
std::size_t phrase_at(SlotWords words, std::size_t i, Table phrases);  // the longest of them
std::size_t without_lead_ins(const Speech& speech, std::size_t from = 0);
bool capital(std::string_view said);  // begins with one
// The words of [from, to) as they are said back, days and months with their capitals.
std::string said_back(const Speech& speech, std::size_t from, std::size_t to);
bool digits_only(std::string_view text);
std::optional<int> weekday_of(std::string_view word, const SlotTongue& tongue);
std::optional<int> counted(std::span<const Counted> table, std::string_view word);

// slots_settle.cpp

struct Candidate {
  std::size_t from = 0, to = 0;  // of the words
  std::string value, spoken;
};
using Candidates = std::vector<Candidate>;
enum class Denied {
  like_things,  // "no cleaning" denies
  like_days,    // "no, Tuesday" corrects; "Tuesday is bad" denies
  never,        // yes and no
};
std::optional<Found> settled(const Speech& speech, Candidates candidates, Denied denied);

// slots_numbers.cpp

struct Cardinal {
  std::size_t to = 0;
  std::int64_t value = 0;
  std::string text;  // with a sign and decimals: "-2.5"
};
std::optional<Cardinal> cardinal_at(SlotWords words, std::size_t i, const SlotTongue& tongue);
// 0 to 99, in words or numerals; how many words it takes is added to i.
std::optional<int> small_number(SlotWords words, std::size_t& i, const SlotTongue& tongue);
bool counts(SlotWords words, std::size_t i, const SlotTongue& tongue);  // a numeral or a number's word
Candidates numbers_in(const Speech& speech);

// slots_digits.cpp
std::optional<Found> digits_in(const Speech& speech);
std::optional<Found> phone_in(const Speech& speech);

// slots_days.cpp, slots_times.cpp
Candidates days_in(const Speech& speech);
Candidates times_in(const Speech& speech);

// slots_names.cpp, slots_emails.cpp
std::optional<Found> name_in(const Speech& speech);
Candidates emails_in(const Speech& speech, std::string_view language);

}  // namespace offhook::dialog

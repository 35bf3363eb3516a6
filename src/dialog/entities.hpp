// How far a value that is said piece by piece has come: a telephone number, an e-mail address, a spelled name, a date.
// People pause inside such values for longer than between sentences, and a recogniser puts a full stop at each of the
// pauses; so full stops mean nothing here. Numbers may come as words ("five five five"), numerals ("555 12") or both.
// English. Pure: no state, any thread.
#pragma once

#include <string_view>

namespace offhook::dialog {

// What the agent has asked for; see expected_by().
enum class Expects {
  none,
  number,    // a count, an amount, a zip code, an account or card number: its length isn't known
  phone,     // a telephone number: 7, 10, or 11 digits and more with the country's code
  date,      // a day or a time of day
  email,     //
  spelling,  // a name, letter by letter
};
std::string_view name(Expects expects);

// How much of the expected value the turn has said so far.
enum class Progress {
  none,     // none of it: "sure", "I don't have one"; the words decide as they do without an expectation
  partial,  // the caller is inside it: wait for longer
  whole,    // it is all there: no need to wait
};
std::string_view name(Progress progress);

//  number    whole    a cardinal: "three", "42", "twenty five", "two people please"; 7, 10, or 11 to 19 digits
//            partial  2 to 6, 8 or 9 digits read out one by one or in groups ("four one", "4410"); "two hundred and"
//  phone     whole    7, 10, or 11 to 15 digits;  partial: any other count ("555", "555 123 4": not a group's end)
//  date      whole    "tuesday", "next tuesday morning", "march fifth", "3/5", "the fifth", "tomorrow", "at nine"
//            partial  "on", "next", "the fifth of", "march", "tuesday at"
//  email     whole    "john at example dot com", "john@example.com";  partial: what is said of it before
//  spelling  whole    letters that spell a word of this turn ("Smith, s m i t h"), or that other words follow;
//            partial  the turn ends in a letter: how long a name is only the pause can tell
Progress progress_of(Expects expects, std::string_view transcript);

// Without an expectation, from the words alone: what value the transcript *ends inside of*. `none` after a whole value
// ("call me at 555-123-4567", "see you at five") and where nothing tells.
enum class Entity {
  none,
  number,    // "twenty", "two hundred and", "three point"
  phone,     // or another number read out digit by digit: "my number is five five five", "four one five two"
  email,     // "it's john at", "my email is john dot smith"
  spelling,  // "s m i", "b as in"; more than three letters only where they are the beginning of a word of the turn
  date,      // "the fifth of", "on the", "next"
};
Entity half_said(std::string_view transcript);
std::string_view name(Entity entity);

}  // namespace offhook::dialog

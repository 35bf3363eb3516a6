// What a caller's words say of one thing that an agent's flow wants to know. By tables and rules, English and German;
// nothing is guessed: words that do not say it plainly give nothing, and are left to the model. Pure: no state, any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialog/entities.hpp"

namespace offhook::dialog {

// What is wanted, and the value that stands for it.
enum class SlotKind {
  text,    // all the caller says, without what only leads up to it ("my reason is …" stays, "um, well," goes)
  yes_no,  // "yes" or "no"
  one_of,  // the value of a choice
  number,  // "3", "-2", "2.5": one number, in words or numerals
  digits,  // "4471": read out one by one, in groups, or written; letters of an order number too ("A 4471" → "A4471")
  phone,   // "+15550142" or "5550142": 7 to 15 digits
  email,   // "ann.smith@example.com", said or written
  day,   // "monday" … "sunday", "today", "tomorrow", "day_after_tomorrow", "12-24" (month and day), "2026-12-24"; "24"
         // (of whichever month comes next) only where it was asked for
  time,  // "15:30", of 24 hours: without morning or evening, one to seven are taken as the afternoon
  name,  // "Ann Smith": without "my name is", each word with a capital
};

struct SlotChoice {
  std::string value;
  std::vector<std::string> words;  // each a word or phrase that means it; the value itself does, too
};

struct Found {
  std::string value;
  std::string spoken;  // as it is said back: "next Tuesday", "half past three", "yes"
};

// `asked`: the caller has just been asked for this. Kinds that any words could be taken for (text, name, number,
// digits, yes_no) are found only then; the others also in passing, one_of however not in a question ("how much is a
// cleaning"), unless it answers the choice just given. Of two different values the last counts where the
// caller corrects himself ("Monday, no, Tuesday"), else nothing does ("Monday or Tuesday"). `language`: a tag such as
// "en-US" or "de"; of other languages only what is written in numerals or as a choice is found.
std::optional<Found> slot_in(SlotKind kind, const std::vector<SlotChoice>& choices, std::string_view words,
                             std::string_view language, bool asked);

// Whether slot_in() finds any of this kind in the language.
bool finds_in(SlotKind kind, std::string_view language);

// What the caller is about to say when asked for it: turn-taking gives time for all of it.
Expects expected_by(SlotKind kind);

}  // namespace offhook::dialog

// What decisions need to know about words, as pure functions: which are they, are two transcripts the same. What they
// say is in dialog/backchannels.hpp, endings.hpp and entities.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialog/backchannels.hpp"
#include "dialog/endings.hpp"

namespace offhook::dialog {

// Lower-cased words without punctuation, in order; fillers ("um", "uh", "er") dropped. Apostrophes stay: "don't".
// A hyphen joins: "mm-hm" and "mmhm" are the same. UTF-8, all scripts; a script without blanks is one word a phrase.
std::vector<std::string> words_of(std::string_view text);
// The same with the fillers.
std::vector<std::string> spoken_words(std::string_view text);

// The same after lower-casing and dropping punctuation and fillers: what lets a speculated reply be kept.
bool same_words(std::string_view a, std::string_view b);

}  // namespace offhook::dialog

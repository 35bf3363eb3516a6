// How much of a text fits, without breaking what it says.
#pragma once

#include <cstddef>
#include <string_view>

namespace offhook::knowledge {

int count_words(std::string_view text);  // between blanks

// Bytes of the longest beginning of `text` that keeps to both bounds and ends with a sentence or a line; where it has
// none, with a word; where it has none, with a character. 0 only if not even one character fits.
std::size_t fitting(std::string_view text, std::size_t bytes, int words);

}  // namespace offhook::knowledge

// What a question is about, and how the index is asked for it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::knowledge {

inline constexpr std::size_t kLongestQuestion = 1000;  // bytes that are looked at
inline constexpr std::size_t kMostQuestionWords = 24;

// "ß" as "ss", which unicode61 leaves alone: for what is indexed and what is asked.
std::string folded(std::string_view text);

// Of the words of a question (small letters, no accents) those that say what it is about, each once: not "what do you
// have", not "wie ist das". All of them if there are no others.
std::vector<std::string> telling_words(std::span<const std::string> words);

// Queries of FTS5, each wider than the one before. A word is always quoted: none is ever syntax.
std::string all_of(std::span<const std::string> words);
std::string all_begun_with(std::span<const std::string> words);  // "parken" finds "Parkplatz"
std::string any_begun_with(std::span<const std::string> words);

}  // namespace offhook::knowledge

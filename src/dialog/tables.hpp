// Looking words up in the tables of this room.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::dialog {

using Table = std::span<const std::string_view>;

inline bool contains(Table table, std::string_view word) {
  return std::find(table.begin(), table.end(), word) != table.end();
}

// " i would like to": a blank before each word, so that a phrase that starts with a blank is found at whole words only.
inline std::string spaced(std::span<const std::string> words) {
  std::string all;
  for (const auto& word : words) all += " " + word;
  return all;
}

inline bool ends_in(std::string_view spaced, std::string_view phrase) {
  return spaced.size() > phrase.size() && spaced.ends_with(phrase) && spaced[spaced.size() - phrase.size() - 1] == ' ';
}

inline bool ends_in_any(std::string_view spaced, Table phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view p) { return ends_in(spaced, p); });
}

inline bool has_any(std::span<const std::string> words, Table table) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& w) { return contains(table, w); });
}

}  // namespace offhook::dialog

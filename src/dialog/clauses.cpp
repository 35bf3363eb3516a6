#include "dialog/clauses.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace offhook::dialog {
namespace {

constexpr std::array kAbbreviations{"mr",  "mrs", "ms",   "dr",  "st",     "ave",  "vs",  "etc",
                                    "e.g", "i.e", "a.m",  "p.m", "approx", "jr",   "sr",  "inc",
                                    "ltd", "co",  "dept", "tel", "ext",    "prof", "u.s", "u.k"};
constexpr std::array kConjunctions{" and ", " but ", " because ", " so ", " which ", " while "};

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

std::string trimmed(std::string_view s) {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return std::string(s);
}

// The word that ends right before `at`, lower-cased, dots inside it kept: "a.m" before the last dot of "a.m.".
std::string word_before(std::string_view text, std::size_t at) {
  std::size_t from = at;
  while (from > 0 && !is_space(text[from - 1]) && text[from - 1] != '(') --from;
  std::string word(text.substr(from, at - from));
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

bool is_abbreviation(std::string_view text, std::size_t dot) {
  const std::string word = word_before(text, dot);
  if (word.size() == 1 && std::isalpha(static_cast<unsigned char>(word[0])) && word != "i") return true;  // an initial
  return std::find(kAbbreviations.begin(), kAbbreviations.end(), word) != kAbbreviations.end();
}

// "a.m. Tomorrow": after an abbreviation a capital letter may still begin a sentence, but waiting is safer.
bool ends_sentence(std::string_view text, std::size_t i) {
  const char c = text[i];
  if (c == '!' || c == '?' || c == ';') return true;
  if (c == '.' && word_before(text, i) == "no") {  // "No. 5", but "No. We are closed."
    const auto next = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(i) + 1, text.end(), is_space);
    return next != text.end() && !is_digit(*next);
  }
  if (c == '.') return !is_abbreviation(text, i);
  if (c == ':') return true;
  return false;
}

bool inside_tag(std::string_view text, std::size_t i) {
  const auto open = text.rfind('<', i);
  return open != std::string_view::npos && text.find('>', open) > i;
}

}  // namespace

std::optional<std::size_t> ClauseCutter::next_cut() const {
  const std::string_view text = waiting_;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' && !trimmed(text.substr(0, i)).empty()) return i + 1;
    if (!is_space(text[i + 1])) {
      // Closing quotes and brackets belong to the sentence: `"Yes." Then`.
      const bool closes = (text[i + 1] == '"' || text[i + 1] == ')' || text[i + 1] == '\'') && i + 2 < text.size() &&
                          is_space(text[i + 2]);
      if (!(closes && (c == '.' || c == '!' || c == '?') && !inside_tag(text, i) && ends_sentence(text, i))) continue;
      return i + 2;
    }
    if (inside_tag(text, i)) continue;
    if (ends_sentence(text, i)) {
      // "at 5. 30" is not English; "1. First" is a list: a bare number before the dot does not end a clause.
      const std::string word = c == '.' ? word_before(text, i) : std::string();
      if (!word.empty() && std::all_of(word.begin(), word.end(), is_digit) && word.size() <= 2 &&
          trimmed(text.substr(0, i)) == word)
        continue;
      return i + 1;
    }
    if (c == ',' && i + 1 >= (first_ ? kFirstComma : kComma)) {
      // "July 4, 2026" and "12, Main Street" stay whole.
      const bool numbers = i > 0 && is_digit(text[i - 1]);
      if (!numbers) return i + 1;
    }
  }
  if (text.size() > kConjunction) {
    for (const std::string_view word : kConjunctions) {
      const auto at = text.find(word, kConjunction / 2);
      if (at != std::string_view::npos && !inside_tag(text, at)) return at + 1;
    }
  }
  if (text.size() > kLongest) {
    const auto space = text.rfind(' ', kLongest);
    if (space != std::string_view::npos && space != 0) return space + 1;
    std::size_t cut = kLongest;  // no space at all: never inside a character
    while (cut > 1 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    return cut;
  }
  return std::nullopt;
}

std::vector<std::string> ClauseCutter::feed(std::string_view text) {
  std::vector<std::string> clauses;
  for (char c : text)
    if (c != '*' && c != '#' && c != '`' && c != '\r') waiting_ += c;
  while (auto cut = next_cut()) {
    std::string clause = trimmed(std::string_view(waiting_).substr(0, *cut));
    waiting_.erase(0, *cut);
    if (clause.empty()) continue;
    first_ = false;
    clauses.push_back(std::move(clause));
  }
  return clauses;
}

std::optional<std::string> ClauseCutter::finish() {
  std::string clause = trimmed(waiting_);
  waiting_.clear();
  if (clause.empty()) return std::nullopt;
  first_ = false;
  return clause;
}

bool ClauseCutter::empty() const {
  return std::all_of(waiting_.begin(), waiting_.end(), is_space);
}

}  // namespace offhook::dialog

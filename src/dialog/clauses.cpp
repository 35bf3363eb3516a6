#include "dialog/clauses.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace offhook::dialog {
namespace {

constexpr std::array kAbbreviations{
    "mr", "mrs", "ms", "dr", "st", "ave", "vs", "etc", "e.g", "i.e", "a.m", "p.m", "approx", "jr", "sr", "inc", "ltd",
    "co", "dept", "tel", "ext", "prof", "u.s", "u.k", "blvd", "rd", "hwy", "apt", "appt", "incl", "corp", "rev", "capt",
    "sgt", "lt", "mt", "ph.d", "a.k.a",
    // German
    "z.b", "d.h", "u.a", "v.a", "i.d.r", "bzw", "bspw", "ca", "inkl", "exkl", "zzgl", "evtl", "ggf", "usw", "nr", "str",
    "abt", "mio", "mrd", "std", "vgl", "mwst", "hr", "fr",
    // months, before their day
    "jan", "feb", "apr", "aug", "sep", "sept", "oct", "okt", "nov", "dec", "dez"};
// Before a number they are short for something; else they end the sentence.
constexpr std::array kBeforeNumbers{"no", "min", "mind", "max", "fig", "art", "abs"};
constexpr std::array kGermanMonths{"Januar", "Februar",   "März",    "April",    "Mai",      "Juni",  "Juli",
                                   "August", "September", "Oktober", "November", "Dezember", "Jänner"};
constexpr std::array kBeforeOrdinals{"der", "dem", "vom", "im", "zum", "beim", "jeden"};
// Before these a speaker may draw breath.
constexpr std::array kPhrases{" from ", " on ", " at ", " for ", " with ", " between ", " because ", " but ", " which ",
                              " when ", " if ", " until ", " before ", " after ", " during ", " about ",
                              // German
                              " von ", " für ", " mit ", " weil ", " zwischen ", " aber ", " wenn ", " bis ", " vor ",
                              " nach ", " während "};
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

// "am 29. November", "der 3. Termin", "29.11. um neun": a dot behind a number that ends nothing. While the word behind
// it isn't whole yet, it is waited for.
bool is_ordinal(std::string_view text, std::size_t dot, std::string_view number) {
  const auto is_lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; };
  const bool day = number.find('.') == number.npos;
  if (number.size() > (day ? 2u : 5u)) return false;
  std::size_t next = dot + 1;
  while (next < text.size() && is_space(text[next])) ++next;
  if (next == text.size()) return true;
  if (is_digit(text[next])) return !day;
  if (is_lower(text[next])) return true;
  std::size_t end = next;
  while (end < text.size() && (std::isalpha(static_cast<unsigned char>(text[end])) != 0 || (text[end] & 0x80) != 0))
    ++end;
  const std::string_view word = text.substr(next, end - next);
  if (std::any_of(kGermanMonths.begin(), kGermanMonths.end(), [&](std::string_view month) {
        return month == word || (end == text.size() && month.starts_with(word));
      }))
    return true;
  const std::size_t begin = dot - number.size();
  const std::string before = begin > 1 && is_space(text[begin - 1]) ? word_before(text, begin - 1) : "";
  return std::find(kBeforeOrdinals.begin(), kBeforeOrdinals.end(), before) != kBeforeOrdinals.end();
}

// "a.m. Tomorrow": after an abbreviation a capital letter may still begin a sentence, but waiting is safer.
bool ends_sentence(std::string_view text, std::size_t i) {
  const char c = text[i];
  if (c == '!' || c == '?' || c == ';') return true;
  if (c == '.') {
    const std::string word = word_before(text, i);
    if (std::find(kBeforeNumbers.begin(), kBeforeNumbers.end(), word) != kBeforeNumbers.end()) {
      const auto next = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(i) + 1, text.end(), is_space);
      return next != text.end() && !is_digit(*next);  // "No. 5", but "No. We are closed."
    }
    const bool number = !word.empty() && is_digit(word.front()) &&
                        std::all_of(word.begin(), word.end(), [](char d) { return is_digit(d) || d == '.'; });
    if (number && is_ordinal(text, i, word)) return false;
  }
  if (c == '.') return !is_abbreviation(text, i);
  if (c == ':') return true;
  return false;
}

// A "#" at its end that is no part of a word.
bool is_mark(std::string_view text) {
  return text.ends_with('#') &&
         (text.size() < 2 || std::isalpha(static_cast<unsigned char>(text[text.size() - 2])) == 0);
}

bool inside_tag(std::string_view text, std::size_t i) {
  const auto open = text.rfind('<', i);
  return open != std::string_view::npos && text.find('>', open) > i;
}

}  // namespace

std::optional<std::size_t> ClauseCutter::next_cut(bool soon) const {
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
      // "July 4, 2026", "12, Main Street" and "e.g., a cleaning" stay whole.
      const bool joins = i > 0 && (is_digit(text[i - 1]) || text[i - 1] == '.');
      if (!joins) return i + 1;
    }
  }
  if (first_ && soon) {
    std::size_t first = text.npos;
    for (const std::string_view word : kPhrases) first = std::min(first, text.find(word, kFirstPhrase));
    const std::string_view before = text.substr(0, std::min(first, text.size()));
    if (first != text.npos && std::ranges::count(trimmed(before), ' ') >= 2 && !inside_tag(text, first))
      return first + 1;
  }
  if (text.size() > kConjunction) {
    for (const std::string_view word : kConjunctions) {
      const auto at = text.find(word, kConjunction / 2);
      if (at != std::string_view::npos && !inside_tag(text, at)) return at + 1;
    }
  }
  if (text.size() > kLongest) {
    const auto space = text.rfind(' ', kLongest);
    // Rather a little earlier than behind a number or an abbreviation: "3.5 km", "Dr. Lee".
    for (auto at = space; at != std::string_view::npos && at + 60 > kLongest && at > 0; at = text.rfind(' ', at - 1))
      if (!is_digit(text[at - 1]) && text[at - 1] != '.' && text[at - 1] != '$') return at + 1;
    if (space != std::string_view::npos && space != 0) return space + 1;
    std::size_t cut = kLongest;  // no space at all: never inside a character
    while (cut > 1 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    return cut;
  }
  return std::nullopt;
}

std::vector<std::string> ClauseCutter::feed(std::string_view text, bool soon) {
  std::vector<std::string> clauses;
  for (char c : text) {
    // "# Title" loses its mark, "#12" and "C#" keep theirs.
    if (is_mark(waiting_) && !is_digit(c)) waiting_.pop_back();
    if (c != '*' && c != '`' && c != '\r') waiting_ += c;
  }
  while (auto cut = next_cut(soon)) {
    std::string clause = trimmed(std::string_view(waiting_).substr(0, *cut));
    waiting_.erase(0, *cut);
    if (clause.empty()) continue;
    first_ = false;
    clauses.push_back(std::move(clause));
  }
  return clauses;
}

std::optional<std::string> ClauseCutter::finish() {
  if (is_mark(waiting_)) waiting_.pop_back();
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

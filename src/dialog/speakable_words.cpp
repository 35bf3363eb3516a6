#include <algorithm>
#include <array>

#include "dialog/lower_case.hpp"
#include "dialog/speakable_rules.hpp"

namespace offhook::dialog {
namespace {

// Where `written` ends, if it stands at i: a blank in it may be missing or there. i: it does not.
std::size_t written_at(const Tokens& t, std::size_t i, std::string_view written) {
  const std::string_view text = t.from(i);
  std::size_t n = 0;
  for (const char c : written) {
    if (c == ' ') {
      if (n < text.size() && text[n] == ' ') ++n;
      continue;
    }
    if (n >= text.size() || text[n] != c) return i;
    ++n;
  }
  const std::size_t end = t.at_byte(t.begin(i) + n);
  const bool inside = t.begin(end) != t.begin(i) + n;
  return inside || (written.back() != '.' && t.glued(end)) ? i : end;
}

bool is_day(std::string_view word, const Tongue& tongue) {  // or a month
  return std::any_of(tongue.abbreviations.begin(), tongue.abbreviations.end(), [&](const Abbreviation& a) {
    return a.when == Abbreviation::When::near_day &&
           (word == a.written.substr(0, a.written.find('.')) || word == a.spoken);
  });
}

bool near_day(const Tokens& t, std::size_t i, std::size_t end, const Tongue& tongue) {
  const auto day = [&](std::size_t j) { return is_day(t.text(j), tongue); };
  const auto divides = [&](std::size_t j) { return t.dash(j) || t.is(j, "/") || t.is(j, ",") || t.is(j, "&"); };
  const std::size_t behind = t.skip_blank(end);
  if (t.digits(behind) && !t.blank(end - 1) && behind > end) return true;
  if (divides(behind) && day(t.skip_blank(behind + 1))) return true;
  std::size_t before = i;
  if (before > 0 && t.blank(before - 1)) --before;
  if (before == 0 || !divides(before - 1)) return false;
  --before;
  if (before > 0 && t.blank(before - 1)) --before;
  if (before > 0 && t.is(before - 1, ".")) --before;
  return before > 0 && day(before - 1);
}

bool fits(const Tokens& t, std::size_t i, std::size_t end, const Abbreviation& a, const Tongue& tongue) {
  using When = Abbreviation::When;
  const std::string after = t.word_after(end);
  const bool name_before = i > 1 && t.blank(i - 1) && t.word(i - 2) && capital_first(t.text(i - 2));
  const bool numbered = i > 3 && t.blank(i - 3) && t.glued(i - 4) && t.digits(i - 4);
  switch (a.when) {
    case When::always: return true;
    case When::before_name: return capital_first(after) && !(name_before && numbered);
    case When::after_name: return name_before && (numbered || !capital_first(after));
    case When::before_number: return t.digits(t.skip_blank(end));
    case When::after_number: return i > 0 && (t.digits(i - 1) || (i > 1 && t.blank(i - 1) && t.digits(i - 2)));
    case When::near_day: return near_day(t, i, end, tongue);
  }
  return false;
}

// "U.S.", "a.m.", "Ph.D.": letters with a dot behind each.
std::size_t dotted_at(const Tokens& t, std::size_t i, std::string& letters) {
  std::size_t j = i;
  while (t.word(j) && t.is(j + 1, ".") && t.text(j).size() <= 2) {
    letters += t.text(j);
    j += 2;
  }
  return letters.size() >= 2 && j >= i + 4 ? j : i;
}

int roman_value(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, int>, 6> kSigns{
      {{"XL", 40}, {"X", 10}, {"IX", 9}, {"V", 5}, {"IV", 4}, {"I", 1}}};
  int value = 0;
  std::string_view rest = word;
  for (const auto& [sign, worth] : kSigns)
    while (rest.starts_with(sign)) {
      value += worth;
      rest.remove_prefix(sign.size());
    }
  return rest.empty() ? value : 0;
}

}  // namespace

std::optional<Said> abbreviation(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.word(i) || (i > 0 && t.glued(i - 1) && !t.digits(i - 1))) return std::nullopt;
  if (i > 1 && t.is(i - 1, ".") && t.word(i - 2)) return std::nullopt;
  const Abbreviation* best = nullptr;
  std::size_t end = i;
  for (const Abbreviation& a : tongue.abbreviations) {
    const std::size_t here = written_at(t, i, a.written);
    if (here <= i || here < end || (best && here == end) || !fits(t, i, here, a, tongue)) continue;
    best = &a;
    end = here;
  }
  if (best) {
    // The last dot ends the sentence too, where nothing or a new one follows.
    const bool dot = t.is(end - 1, ".") && (t.ends_clause(end) && !t.is(end, "."));
    const bool capital = t.kind(i) == Tokens::Kind::word && i == 0 && capital_first(t.text(i));
    std::string words(best->spoken);
    if (capital && words.front() >= 'a' && words.front() <= 'z') words.front() = static_cast<char>(words.front() - 32);
    if (dot && best->when != Abbreviation::When::before_name) words += t.is(end, ",") ? "" : ".";
    return Said{end - i, std::move(words)};
  }
  std::string letters;
  if (const std::size_t dots = dotted_at(t, i, letters); dots > i) {
    const bool last = t.ends_clause(dots) && !t.is(dots, ",");
    return Said{dots - i, spelled(letters, tongue) + (last ? "." : "")};
  }
  return std::nullopt;
}

std::optional<Said> roman(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.word(i) || i < 2 || !t.blank(i - 1) || !t.word(i - 2)) return std::nullopt;
  const int value = roman_value(t.text(i));
  if (value == 0) return std::nullopt;
  const std::string_view before = t.text(i - 2);
  const bool counts = contains(tongue.roman_counts, before);
  const bool name = contains(tongue.roman_names, before) && (t.text(i).size() > 1 || value != 1);
  if (!counts && !name) return std::nullopt;
  const auto n = static_cast<std::uint64_t>(value);
  if (counts) return Said{1, tongue.cardinal(n)};
  // German writes a full stop behind it, which is its own.
  const bool german = tongue.tag == "de";
  std::string words = (german ? "der " : "the ") + tongue.ordinal(n, german ? "der" : "");
  if (german && words[4] >= 'a' && words[4] <= 'z') words[4] = static_cast<char>(words[4] - 32);
  return Said{german && t.is(i + 1, ".") && !t.ends_clause(i + 1) ? 2u : 1u, std::move(words)};
}

std::optional<Said> acronym(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.word(i)) return std::nullopt;
  const std::string_view word = t.text(i);
  const bool plural = word.size() > 2 && word.ends_with("s") && all_capitals(word.substr(0, word.size() - 1));
  const bool owns = word.size() > 3 && word.ends_with("'s") && all_capitals(word.substr(0, word.size() - 2));
  const std::string_view stem = word.substr(0, word.size() - (owns ? 2 : plural ? 1 : 0));
  const std::size_t letters = static_cast<std::size_t>(
      std::count_if(stem.begin(), stem.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  if (letters < 2 || !all_capitals(stem)) return std::nullopt;
  const auto joins = [&](std::size_t j) { return t.is(j, "&") || t.is(j, "/") || t.is(j, "-"); };
  const bool part = joins(i + 1) || (i > 0 && joins(i - 1));  // of "AT&T"
  if (t.shouted() || (!part && contains(tongue.shouted, word))) return Said{1, lower_case(word)};
  if (contains(tongue.spoken_as_words, stem)) return std::nullopt;
  const bool vowels = stem.find_first_of("AEIOUY") != stem.npos;
  if (letters > 5 || (letters == 5 && vowels)) return std::nullopt;  // a word in capitals
  return Said{1, spelled(stem, tongue) + (owns ? "'s" : plural ? "s" : "")};
}

std::optional<Said> small_word(const Tokens& t, std::size_t i, const Tongue& tongue) {
  for (const Pair& p : tongue.small_words)
    if (const std::size_t end = written_at(t, i, p.written); end > i && (i == 0 || !t.glued(i - 1)))
      return Said{end - i, std::string(p.spoken)};
  return std::nullopt;
}

std::optional<Said> sign(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (t.kind(i) != Tokens::Kind::mark) return std::nullopt;
  const bool left = i > 0 && t.glued(i - 1), right = t.glued(i + 1);
  const bool both_apart = i > 0 && t.blank(i - 1) && t.blank(i + 1);
  const auto said = [](std::string_view words) { return Said{1, std::string(words)}; };
  const std::string_view c = t.text(i);
  if (c.size() == 1 && c.front() == tongue.decimal && t.digits(i + 1) && (i == 0 || t.blank(i - 1)))  // ".5"
    return Said{2, std::string(tongue.point) + " " + spelled(t.text(i + 1), tongue)};
  if (c == "#") {
    if (t.digits(i + 1)) return said(tongue.number);
    return left && t.text(i - 1).size() == 1 ? said("sharp") : said("");
  }
  if (c == "&") return said(tongue.and_);
  if (c == "@") return said(tongue.at);
  if (c == "+") return left || right || both_apart ? said(tongue.plus) : said("");
  if (c == "=") return left || right || both_apart ? said(tongue.equals) : said("");
  if (c == "%") return said(tongue.percent);
  if (c == "°") return said(tongue.degrees);
  if (c == "§") return said(tongue.section);
  if (c == "~" || c == "≈") return t.digits(t.skip_blank(i + 1)) ? said(tongue.about) : said("");
  if (c == "±") return said(tongue.plus_minus);
  if (c == "<" || c == ">") {
    const bool numbers = t.digits(t.skip_blank(i + 1));
    return numbers ? said(c == "<" ? tongue.less : tongue.more) : said("");
  }
  if (c == "×" || c == "*") return left || both_apart || t.digits(i + 1) ? said(tongue.times) : said("");
  if (c == "/") {
    if (!left && !both_apart) return said("");
    const bool capitals = left && right && all_capitals(t.text(i - 1)) && all_capitals(t.text(i + 1));
    const bool numbers = left && right && t.digits(i - 1) && t.digits(i + 1);
    if (capitals) return said(" ");
    return said(numbers ? tongue.slash : tongue.either);
  }
  if (c == "_" || c == "^" || c == "|" || c == "\\" || c == "{" || c == "}" || c == "™" || c == "®" || c == "©" ||
      c == "•" || c == "·")
    return said(left && right ? " " : "");
  for (const Pair& p : tongue.signs)
    if (c == p.written) return said(p.spoken);
  const bool names = left && right && capital_first(t.text(i - 1)) && capital_first(t.text(i + 1));
  if (c == "–" && names) return said(tongue.to);
  if (t.dash(i) && i > 0) {  // "Mon-Fri", "Mon. - Fri."
    std::size_t before = t.blank(i - 1) ? i - 1 : i;
    if (before > 0 && t.is(before - 1, ".")) --before;
    const std::size_t behind = t.skip_blank(i + 1);
    if (before > 0 && is_day(t.text(before - 1), tongue) && is_day(t.text(behind), tongue)) return said(tongue.to);
  }
  return std::nullopt;
}

}  // namespace offhook::dialog

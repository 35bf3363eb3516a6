#include <algorithm>
#include <array>
#include <vector>

#include "dialog/lower_case.hpp"
#include "dialog/speakable_rules.hpp"

namespace offhook::dialog {
namespace {

std::string one_by_one(std::string_view digits, const Tongue& tongue) {
  std::string out;
  for (const char c : digits) {
    if (c < '0' || c > '9') continue;
    if (!out.empty()) out += ' ';
    out += tongue.digits[static_cast<std::size_t>(c - '0')];
  }
  return out;
}

// Threes, and a last one of two to four.
std::string in_groups(std::string_view digits, const Tongue& tongue) {
  std::string out;
  while (!digits.empty()) {
    const std::size_t n = digits.size() <= 4 ? digits.size() : 3;
    out += (out.empty() ? "" : ", ") + one_by_one(digits.substr(0, n), tongue);
    digits.remove_prefix(n);
  }
  return out;
}

struct Groups {
  std::vector<std::string_view> digits;
  std::vector<std::size_t> ends;        // the token behind each
  std::vector<std::string_view> apart;  // what stands before each but the first
  bool plus = false, bracket = false;
};

Groups groups_at(const Tokens& t, std::size_t i) {
  Groups g;
  if (t.is(i, "+")) g.plus = true, ++i;
  bool open = false;
  std::size_t from = i;  // of what divides
  if (t.is(i, "(") && t.digits(i + 1)) g.bracket = open = true, ++i;
  while (t.digits(i) && g.digits.size() < 8) {
    if (!g.digits.empty()) g.apart.push_back(t.between(from, i));
    g.digits.push_back(t.text(i));
    if (open && !t.is(i + 1, ")")) break;
    from = i + 1;
    i += open ? 2 : 1;
    open = false;
    g.ends.push_back(i);
    std::size_t next = t.skip_blank(i);
    if (t.dash(next) || t.is(next, "/"))
      next = t.skip_blank(next + 1);
    else if (t.is(i, "."))  // "0042. 555": a sentence ends between them
      next = i + 1;
    if (t.is(next, "(") && t.digits(next + 1)) open = true, g.bracket = true, ++next;
    if (next == i && !g.bracket) break;
    i = next;
  }
  g.digits.resize(g.ends.size());
  g.apart.resize(g.digits.empty() ? 0 : g.digits.size() - 1);
  return g;
}

std::size_t total(const Groups& g, std::size_t n) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += g.digits[i].size();
  return sum;
}

bool sizes(const Groups& g, std::size_t n, std::initializer_list<std::size_t> wanted) {
  return n == wanted.size() &&
         std::equal(wanted.begin(), wanted.end(), g.digits.begin(),
                    [](std::size_t size, std::string_view digits) { return digits.size() == size; });
}

bool apart_by(const Groups& g, std::size_t n, std::string_view marks) {
  return std::all_of(g.apart.begin(), g.apart.begin() + static_cast<std::ptrdiff_t>(n - 1), [&](std::string_view a) {
    return a.find_first_of(marks) != a.npos || (a.find("‑") != a.npos && marks.find('-') != marks.npos);
  });
}

// The first n groups are a number that one dials or reads off a card.
bool is_dialled(const Groups& g, std::size_t n) {
  const std::size_t all = total(g, n);
  if (g.plus || g.bracket) return all >= 7 && all <= 15;
  if (sizes(g, n, {3, 3, 4}) || sizes(g, n, {1, 3, 3, 4}) || sizes(g, n, {3, 2, 4})) return true;
  if (sizes(g, n, {3, 4})) return apart_by(g, n, "-.");
  if (n >= 3 && std::all_of(g.digits.begin(), g.digits.begin() + static_cast<std::ptrdiff_t>(n),
                            [](std::string_view d) { return d.size() == 4; }))
    return true;
  if (n >= 3 && all >= 7 && apart_by(g, n, "-")) return true;  // an ISBN
  const bool zero = g.digits[0].front() == '0' && g.digits[0].size() > 1;
  return n > 1 && zero && all >= 7 && all <= 15;
}

// Letters alone; "AB", "X".
bool is_letters(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_small(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::string spelled(std::string_view characters, const Tongue& tongue) {
  std::string out;
  for (const char c : characters) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && static_cast<unsigned char>(c) < 0x80 && !is_letters({&c, 1}) && !is_small({&c, 1})) continue;
    const bool inside = (static_cast<unsigned char>(c) & 0xC0) == 0x80;  // of a letter
    if (!out.empty() && !inside) out += ' ';
    out += digit ? std::string(tongue.digits[static_cast<std::size_t>(c - '0')]) : std::string(1, c);
  }
  return out;
}

bool starts_fresh(const Tokens& t, std::size_t i) {
  if (i == 0) return true;
  if (t.glued(i - 1)) return false;
  const bool sign = t.is(i - 1, ".") || t.is(i - 1, ",") || t.is(i - 1, ":") || t.is(i - 1, "/") || t.dash(i - 1);
  return !(sign && i > 1 && t.digits(i - 2));
}

std::optional<Said> phone(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.digits(i) && !t.is(i, "+") && !t.is(i, "(")) return std::nullopt;
  if (!starts_fresh(t, i)) return std::nullopt;
  const Groups g = groups_at(t, i);
  for (std::size_t n = g.digits.size(); n > 0; --n) {
    if (!is_dialled(g, n) || t.glued(g.ends[n - 1])) continue;
    std::string words = g.plus ? std::string(tongue.plus) + " " : "";
    for (std::size_t k = 0; k < n; ++k)
      words += (k > 0 ? ", " : "") +
               (g.digits[k].size() > 5 ? in_groups(g.digits[k], tongue) : one_by_one(g.digits[k], tongue));
    return Said{g.ends[n - 1] - i, std::move(words)};
  }
  return std::nullopt;
}

std::optional<Said> spelled_number(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.digits(i) || !starts_fresh(t, i) || t.word(i + 1)) return std::nullopt;
  const std::string_view digits = t.text(i);
  const bool decimals = (t.is(i + 1, ".") || t.is(i + 1, ",")) && t.digits(i + 2);
  if (decimals || t.is(i + 1, "%") || (t.is(i + 1, ":") && t.digits(i + 2))) return std::nullopt;
  const bool range = t.digits(range_sign(t, i + 1)) && range_sign(t, i + 1) > i + 1;
  bool behind = false;  // "your code is 4821", "PIN: 0042"
  for (std::size_t nth = 0; nth < 3 && !behind; ++nth) {
    const std::string word = t.word_before(i, nth);
    behind = contains(tongue.spelled_behind, word);
    for (const std::string_view tail : tongue.spelled_behind)  // "Kundennummer"
      behind = behind || (tail.size() >= 6 && word.size() > tail.size() && word.ends_with(tail));
  }
  const bool zeros = digits.size() > 1 && digits.front() == '0';
  if (!(digits.size() >= 7 || (zeros && !range) || (behind && digits.size() >= 3 && !range))) return std::nullopt;
  return Said{1, digits.size() > 5 ? in_groups(digits, tongue) : one_by_one(digits, tongue)};
}

std::optional<Said> code(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.glued(i) || (i > 0 && (t.glued(i - 1) || (t.is(i - 1, "-") && i > 1 && t.glued(i - 2))))) return std::nullopt;
  std::vector<std::string_view> parts;
  bool dashes = false, capitals = false, small = false;
  std::size_t end = i, numerals = 0, longest = 0;
  for (std::size_t j = i; parts.size() < 16;) {
    if (!t.glued(j)) break;
    const std::string_view part = t.text(j);
    if (t.word(j) && !is_letters(part) && !is_small(part)) return std::nullopt;
    if (t.word(j)) (is_letters(part) ? capitals : small) = true;
    numerals += t.digits(j) ? 1 : 0;
    if (t.digits(j)) longest = std::max(longest, part.size());
    if (t.word(j) && part.size() > 4) return std::nullopt;
    parts.push_back(part);
    end = ++j;
    if (t.is(j, "-") && t.glued(j + 1)) dashes = true, ++j;
  }
  // Small letters make a code only where they go back and forth: "a1b2c3".
  if (numerals == 0 || numerals == parts.size() || (small && (capitals || parts.size() < 4))) return std::nullopt;
  const bool pause = dashes && longest > 2;
  std::string words;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const std::string_view part = parts[k];
    if (k > 0) words += pause ? ", " : " ";
    const int n = number_of(part);
    if (n < 0)
      words += !small && part.size() > 2 && contains(tongue.spoken_as_words, part) ? std::string(part)
                                                                                   : spelled(part, tongue);
    else if (numerals == 1 && part.size() <= 2 && part.front() != '0')
      words += tongue.cardinal(static_cast<std::uint64_t>(n));
    else
      words += one_by_one(part, tongue);
  }
  return Said{end - i, std::move(words)};
}

}  // namespace offhook::dialog

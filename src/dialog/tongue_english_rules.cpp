#include <array>

#include "dialog/lower_case.hpp"
#include "dialog/speakable_rules.hpp"
#include "dialog/tongue.hpp"

namespace offhook::dialog {
namespace {

constexpr std::string_view kDigits[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
constexpr std::string_view kSmall[] = {"zero",     "one",     "two",     "three",     "four",     "five",    "six",
                                       "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
                                       "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::string_view kTens[] = {"",      "",      "twenty",  "thirty", "forty",
                                      "fifty", "sixty", "seventy", "eighty", "ninety"};
constexpr std::string_view kMonths[] = {"",     "January", "February",  "March",   "April",    "May",     "June",
                                        "July", "August",  "September", "October", "November", "December"};

std::string below_hundred(std::uint64_t n) {
  if (n < 20) return std::string(kSmall[n]);
  return std::string(kTens[n / 10]) + (n % 10 > 0 ? "-" + std::string(kSmall[n % 10]) : "");
}

std::string cardinal(std::uint64_t n) {
  if (n < 100) return below_hundred(n);
  if (n < 1000) return std::string(kSmall[n / 100]) + " hundred" + (n % 100 > 0 ? " " + below_hundred(n % 100) : "");
  constexpr std::array<std::pair<std::uint64_t, std::string_view>, 4> kScales{
      {{1'000'000'000'000, " trillion"}, {1'000'000'000, " billion"}, {1'000'000, " million"}, {1000, " thousand"}}};
  for (const auto& [scale, name] : kScales)
    if (n >= scale) return cardinal(n / scale) + std::string(name) + (n % scale > 0 ? " " + cardinal(n % scale) : "");
  return {};
}

std::string counting(std::uint64_t n, Gender) {
  return cardinal(n);
}

std::string ordinal(std::uint64_t n, std::string_view) {
  std::string word = cardinal(n);
  const auto last = word.find_last_of(" -");
  const std::size_t from = last == word.npos ? 0 : last + 1;
  std::string_view tail = std::string_view(word).substr(from);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kOdd{{{"one", "first"},
                                                                               {"two", "second"},
                                                                               {"three", "third"},
                                                                               {"five", "fifth"},
                                                                               {"eight", "eighth"},
                                                                               {"nine", "ninth"},
                                                                               {"twelve", "twelfth"}}};
  for (const auto& [cardinal_word, ordinal_word] : kOdd)
    if (tail == cardinal_word) return word.substr(0, from) + std::string(ordinal_word);
  if (tail.ends_with('y')) return word.substr(0, word.size() - 1) + "ieth";
  return word + "th";
}

std::string year(int y) {
  const auto n = static_cast<std::uint64_t>(y);
  if (y < 1100 || y > 2099 || (y >= 2000 && y <= 2009)) return cardinal(n);
  if (y % 100 == 0) return below_hundred(n / 100) + " hundred";
  return below_hundred(n / 100) + (y % 100 < 10 ? " oh " : " ") + below_hundred(n % 100);
}

std::string fraction_said(int over, int under) {
  if (under == 2) return over == 1 ? "one half" : "";
  if (under == 4) return over == 1 ? "one quarter" : cardinal(static_cast<std::uint64_t>(over)) + " quarters";
  if (under > 10 && under != 16 && under != 100) return "";
  return cardinal(static_cast<std::uint64_t>(over)) + " " + ordinal(static_cast<std::uint64_t>(under), "") +
         (over > 1 ? "s" : "");
}

std::string date_said(int day, int month, int y, std::string_view) {
  return std::string(kMonths[month]) + " " + ordinal(static_cast<std::uint64_t>(day), "") +
         (y > 0 ? ", " + year(y) : "");
}

std::string british_date(int day, int month, int y, std::string_view before) {
  return std::string(before == "the" ? "" : "the ") + ordinal(static_cast<std::uint64_t>(day), "") + " of " +
         std::string(kMonths[month]) + (y > 0 ? " " + year(y) : "");
}

std::string money(std::uint64_t whole, std::string_view cents, const Currency& c) {
  const int small = cents.empty() ? 0 : number_of(cents);
  const std::string little =
      cardinal(static_cast<std::uint64_t>(small)) + " " + std::string(small == 1 ? c.cent : c.cents);
  if (small > 0 && whole == 0) return little;
  return cardinal(whole) + " " + std::string(whole == 1 ? c.one : c.many) + (small > 0 ? " and " + little : "");
}

// ---- rules of its own

int month_at(const Tokens& t, std::size_t i) {
  if (!t.word(i)) return 0;
  const std::string_view w = t.text(i);
  for (int m = 1; m <= 12; ++m)
    if (w == kMonths[m] || (w.size() >= 3 && w.size() <= 4 && kMonths[m].starts_with(w))) return m;
  return 0;
}

// "29", "29th"; 0: no day
int day_at(const Tokens& t, std::size_t i, std::size_t& end) {
  if (!t.digits(i) || t.text(i).size() > 2) return 0;
  const int day = number_of(t.text(i));
  if (day < 1 || day > 31) return 0;
  constexpr std::string_view kTails[] = {"st", "nd", "rd", "th"};
  end = i + (t.word(i + 1) && contains(kTails, t.text(i + 1)) ? 2 : 1);
  return t.glued(end) || (t.is(end, ":") && t.digits(end + 1)) ? 0 : day;
}

int year_at(const Tokens& t, std::size_t i, std::size_t& end) {
  std::size_t j = t.is(i, ",") ? i + 1 : i;
  if (!t.blank(j) || !t.digits(j + 1) || t.text(j + 1).size() != 4 || t.glued(j + 2)) return 0;
  const int y = number_of(t.text(j + 1));
  if (y < 1100 || y > 2099) return 0;
  return end = j + 2, y;
}

// "Nov 29", "Nov. 29th, 2026", "November 29–30", "November 2026", "29 November", "the 29th of November"
std::optional<Said> month_day(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!starts_fresh(t, i)) return std::nullopt;
  std::size_t end = i;
  if (const int month = month_at(t, i)) {
    std::size_t j = i + 1;
    if (t.is(j, ".")) ++j;
    if (!t.blank(j)) return std::nullopt;
    if (const int day = day_at(t, j + 1, end)) {
      std::string words = std::string(kMonths[month]) + " " + ordinal(static_cast<std::uint64_t>(day), "");
      std::size_t after = end;
      if (const std::size_t second = range_sign(t, end); second > end)
        if (const int last = day_at(t, second, after); last > day) {
          words += " to " + ordinal(static_cast<std::uint64_t>(last), "");
          end = after;
        }
      if (const int y = year_at(t, end, after)) words += ", " + year(y), end = after;
      return Said{end - i, std::move(words)};
    }
    const int y = year_at(t, j, end);
    if (y == 0) return std::nullopt;
    return Said{end - i, std::string(kMonths[month]) + " " + year(y)};
  }
  const int day = day_at(t, i, end);
  if (day == 0 || !t.blank(end)) return std::nullopt;
  std::size_t j = end + 1;
  if (t.is(j, "of") && t.blank(j + 1)) j += 2;
  const int month = month_at(t, j);
  if (month == 0 || (t.text(j) == "May" && t.blank(j + 1) && t.word(j + 2) && j == end + 1)) return std::nullopt;
  end = j + 1;
  if (t.is(end, ".") && !t.ends_clause(end)) ++end;
  const int y = year_at(t, end, end);
  return Said{end - i, british_date(day, month, y, t.word_before(i))};
}

struct Moment {
  int hour = -1, minute = 0;
  std::string_view half;  // "A M", "P M"
  bool minutes = false;
};

// The dot of "a.m." is the sentence's too where nothing follows, or what begins with a capital and is no day.
std::size_t behind_dot(const Tokens& t, std::size_t i) {
  if (!t.is(i, ".") || t.is(i + 1, ",")) return t.is(i, ".") ? i + 1 : i;
  const std::string next = t.word_after(i + 1);
  const bool day = next.ends_with("day") || month_at(t, i + 2) > 0;
  return t.ends_clause(i) || (capital_first(next) && !day) ? i : i + 1;
}

std::string_view half_at(const Tokens& t, std::size_t i, std::size_t& end) {
  const std::size_t j = t.skip_blank(i);
  const std::string w = lower_case(t.text(j));
  if ((w == "am" || w == "pm") && !t.glued(j + 1)) {
    end = behind_dot(t, j + 1);
    return w == "am" ? "A M" : "P M";
  }
  if ((w == "a" || w == "p") && t.is(j + 1, ".") && lower_case(t.text(j + 2)) == "m" && !t.glued(j + 3)) {
    end = behind_dot(t, j + 3);
    return w == "a" ? "A M" : "P M";
  }
  return {};
}

std::optional<Moment> moment_at(const Tokens& t, std::size_t i, std::size_t& end) {
  if (!t.digits(i) || t.text(i).size() > 2) return std::nullopt;
  Moment m;
  m.hour = number_of(t.text(i));
  end = i + 1;
  if (t.is(end, ":") && t.digits(end + 1) && t.text(end + 1).size() == 2 && !t.digits(end + 2)) {
    m.minute = number_of(t.text(end + 1));
    m.minutes = true;
    end += 2;
    if (t.is(end, ":") && t.digits(end + 1)) return std::nullopt;  // with seconds, a duration, a score
  }
  m.half = half_at(t, end, end);
  if (m.hour > 24 || m.minute > 59 || (!m.half.empty() && (m.hour > 12 || m.hour < 1))) return std::nullopt;
  if (m.half.empty() && (t.word(end) || !m.minutes)) return std::nullopt;
  return m;
}

std::string said_moment(Moment m, bool clock) {
  if (m.half.empty() && m.hour > 12 && m.hour < 24) m.hour -= 12, m.half = "P M";
  if (m.half.empty() && m.hour % 24 == 0 && m.minutes) {
    if (m.minute == 0) return "midnight";
    m.hour = 12, m.half = "A M";
  }
  std::string out = cardinal(static_cast<std::uint64_t>(m.hour));
  if (m.minute > 0)
    out += (m.minute < 10 ? " oh " : " ") + below_hundred(static_cast<std::uint64_t>(m.minute));
  else if (m.half.empty() && clock)
    out += " o'clock";
  if (!m.half.empty()) out += " " + std::string(m.half);
  return out;
}

// "2:30 pm", "14:30", "9am", "9–11:30 am"
std::optional<Said> time_of_day(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.digits(i) || !starts_fresh(t, i)) return std::nullopt;
  std::size_t end = i;
  auto first = moment_at(t, i, end);
  if (!first) {
    // The first of a range may leave "pm" to the last.
    if (t.text(i).size() > 2 || number_of(t.text(i)) > 12 || number_of(t.text(i)) < 1) return std::nullopt;
    const std::size_t second = range_sign(t, i + 1);
    if (second == i + 1) return std::nullopt;
    const auto last = moment_at(t, second, end);
    if (!last || last->half.empty()) return std::nullopt;
    return Said{end - i,
                cardinal(static_cast<std::uint64_t>(number_of(t.text(i)))) + " to " + said_moment(*last, true)};
  }
  std::string words = said_moment(*first, true);
  if (const std::size_t second = range_sign(t, end); second > end) {
    std::size_t after = end;
    if (const auto last = moment_at(t, second, after)) {
      words = said_moment(*first, last->half.empty() || first->minutes) + " to " + said_moment(*last, true);
      end = after;
    }
  }
  if (t.glued(end)) return std::nullopt;
  return Said{end - i, std::move(words)};
}

// "21st", "the 90s", "1990s"
std::optional<Said> ordinal_or_decade(const Tokens& t, std::size_t i, const Tongue&) {
  if (!t.digits(i) || !t.word(i + 1) || !starts_fresh(t, i) || t.text(i).size() > 6) return std::nullopt;
  const std::string tail = lower_case(t.text(i + 1));
  const auto n = static_cast<std::uint64_t>(number_of(t.text(i)));
  if (tail == "st" || tail == "nd" || tail == "rd" || tail == "th") return Said{2, ordinal(n, "")};
  const bool decade = tail == "s" && n % 10 == 0 && n > 10 && (n < 100 || (n >= 1100 && n <= 2099));
  if (!decade) return std::nullopt;
  std::string words = n < 100 ? below_hundred(n) : year(static_cast<int>(n));
  if (words.ends_with('y')) return Said{2, words.substr(0, words.size() - 1) + "ies"};
  return Said{2, words + "s"};
}

// "in 1999", "since 2020": what else would be counted
std::optional<Said> year_alone(const Tokens& t, std::size_t i, const Tongue&) {
  if (!t.digits(i) || t.text(i).size() != 4 || !starts_fresh(t, i)) return std::nullopt;
  const int y = number_of(t.text(i));
  if (y < 1900 || y > 2099 || t.glued(i + 1)) return std::nullopt;
  constexpr std::string_view kBefore[] = {"in",     "since",  "until",  "by",        "from", "during",  "year",
                                          "of",     "before", "after",  "for",       "late", "early",   "spring",
                                          "summer", "fall",   "winter", "copyright", "mid",  "through", "to"};
  constexpr std::string_view kAfter[] = {"and",   "or",    "to",      "the", "we", "at",  "with", "is",
                                         "was",   "when",  "as",      "it",  "i",  "you", "by",   "on",
                                         "until", "but",   "because", "so",  "he", "she", "they", "our",
                                         "that",  "which", "through", "for", "in"};
  const std::string after = lower_case(t.word_after(i + 1));
  const bool marks = (t.is(i + 1, ".") || t.is(i + 1, ",")) && t.digits(i + 2);
  if (marks || t.is(i + 1, "%") || t.is(i + 1, "/") || t.dash(i + 1)) return std::nullopt;
  if (!contains(kBefore, t.word_before(i)) || !(after.empty() || contains(kAfter, after))) return std::nullopt;
  if (after.empty() && t.blank(i + 1) && !t.ends_clause(i + 1)) return std::nullopt;
  return Said{1, year(y)};
}

// "call 911", "CA 90210"
std::optional<Said> short_numbers(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.digits(i) || !starts_fresh(t, i) || t.glued(i + 1) || t.is(i + 1, ".") || t.is(i + 1, ",")) {
    if (!(t.digits(i) && t.ends_clause(i + 1) && starts_fresh(t, i))) return std::nullopt;
  }
  constexpr std::string_view kDial[] = {"call", "dial", "text"};
  constexpr std::string_view kEmergency[] = {"911", "112", "999", "311", "411", "988"};
  const std::string_view n = t.text(i);
  const bool dial = n.size() >= 3 && contains(kDial, t.word_before(i)) && (contains(kEmergency, n) || n.size() > 4);
  const bool zip = n.size() == 5 && i > 1 && t.blank(i - 1) && t.word(i - 2) && t.text(i - 2).size() == 2 &&
                   all_capitals(t.text(i - 2));
  if (!dial && !zip) return std::nullopt;
  return Said{1, spelled(n, tongue)};
}

constexpr Rule kOwn[] = {month_day, time_of_day, ordinal_or_decade, year_alone, short_numbers};

}  // namespace

void speak_english(Tongue& t) {
  t.cardinal = cardinal;
  t.counting = counting;
  t.ordinal = ordinal;
  t.year = year;
  t.fraction = fraction_said;
  t.date = date_said;
  t.money = money;
  t.digits = kDigits;
  t.own = kOwn;
}

void speak_british(Tongue& t) {
  speak_english(t);
  t.day_first = true;
  t.date = british_date;
}

}  // namespace offhook::dialog

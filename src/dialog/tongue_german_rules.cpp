#include <array>

#include "dialog/lower_case.hpp"
#include "dialog/speakable_rules.hpp"
#include "dialog/tongue.hpp"

namespace offhook::dialog {
namespace {

constexpr std::string_view kDigits[] = {"null", "eins",  "zwei",   "drei", "vier",
                                        "fünf", "sechs", "sieben", "acht", "neun"};
constexpr std::string_view kSmall[] = {
    "",     "ein", "zwei",  "drei",     "vier",     "fünf",     "sechs",    "sieben",   "acht",     "neun",
    "zehn", "elf", "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"};
constexpr std::string_view kTens[] = {"",        "",        "zwanzig", "dreißig", "vierzig",
                                      "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"};
constexpr std::string_view kMonths[] = {"",     "Januar", "Februar",   "März",    "April",    "Mai",     "Juni",
                                        "Juli", "August", "September", "Oktober", "November", "Dezember"};

// As it stands inside a longer word: "ein", "einundzwanzig". `first`: nothing before it, so that 100 is "hundert".
std::string joined(std::uint64_t n, bool first) {
  if (n < 20) return std::string(kSmall[n]);
  if (n < 100) return (n % 10 > 0 ? std::string(kSmall[n % 10]) + "und" : "") + std::string(kTens[n / 10]);
  if (n < 1000) return (n / 100 == 1 && first ? "" : std::string(kSmall[n / 100])) + "hundert" + joined(n % 100, false);
  return (n / 1000 == 1 && first ? "" : joined(n / 1000, true)) + "tausend" + joined(n % 1000, false);
}

std::string large(std::uint64_t n, std::string_view one) {  // `one`: what the last 1 is
  if (n == 0) return "null";
  constexpr std::array<std::pair<std::uint64_t, std::string_view>, 3> kScales{
      {{1'000'000'000'000, "Billion"}, {1'000'000'000, "Milliarde"}, {1'000'000, "Million"}}};
  std::string out;
  for (const auto& [scale, name] : kScales) {
    if (n < scale) continue;
    const std::uint64_t count = n / scale;
    if (!out.empty()) out += ' ';
    out += (count == 1 ? "eine" : joined(count, true)) + " " + std::string(name);
    if (count > 1) out += name.ends_with('e') ? "n" : "en";
    n %= scale;
  }
  if (n == 0) return out;
  if (!out.empty()) out += ' ';
  std::string rest = joined(n, true);
  if (n % 100 == 1) rest = rest.substr(0, rest.size() - 3) + std::string(one);
  return out + rest;
}

std::string cardinal(std::uint64_t n) {
  return large(n, "eins");
}

std::string counting(std::uint64_t n, Gender gender) {
  return large(n, n == 1 ? (gender == Gender::feminine ? "eine" : "ein") : "ein");
}

std::string stem(std::uint64_t n) {
  const std::string word = cardinal(n);
  const std::uint64_t small = n % 100;
  if (small == 1) return word.substr(0, word.size() - 4) + "erst";
  if (small == 3) return word.substr(0, word.size() - 4) + "dritt";
  if (small == 7) return word.substr(0, word.size() - 6) + "siebt";
  if (small == 8) return word.substr(0, word.size() - 4) + "acht";
  return word + (small > 0 && small < 20 ? "t" : "st");
}

constexpr std::string_view kDative[] = {"am",    "vom",    "zum",    "im",      "den",   "dem",    "beim",  "ab",
                                        "bis",   "seit",   "des",    "zur",     "vor",   "nach",   "jeden", "einem",
                                        "ihrem", "diesem", "meinem", "unserem", "ihren", "diesen", "ersten"};
constexpr std::string_view kArticles[] = {"der",    "die",  "das",   "diese", "dieser",
                                          "dieses", "jede", "jeder", "ihre",  "unsere"};

// "am dritten", "der dritte", "dritter": by the word before.
std::string ordinal(std::uint64_t n, std::string_view before) {
  return stem(n) + (contains(kDative, before) ? "en" : contains(kArticles, before) ? "e" : "er");
}

std::string year(int y) {
  const auto n = static_cast<std::uint64_t>(y);
  if (y < 1100 || y >= 2000) return cardinal(n);
  std::string rest = y % 100 > 0 ? cardinal(n % 100) : "";
  return joined(n / 100, true) + "hundert" + rest;
}

std::string fraction_said(int over, int under) {
  if (under == 2) return over == 1 ? "ein halb" : "";
  if (under > 20 && under != 100) return "";
  const std::string part = under == 3 ? "drittel" : stem(static_cast<std::uint64_t>(under)) + "el";
  return counting(static_cast<std::uint64_t>(over), Gender::neuter) + " " + part;
}

std::string date_said(int day, int month, int y, std::string_view before) {
  return ordinal(static_cast<std::uint64_t>(day), before) + " " + std::string(kMonths[month]) +
         (y > 0 ? " " + year(y) : "");
}

std::string money(std::uint64_t whole, std::string_view cents, const Currency& c) {
  const int small = cents.empty() ? 0 : number_of(cents);
  if (small > 0 && whole == 0)
    return counting(static_cast<std::uint64_t>(small), Gender::masculine) + " " +
           std::string(small == 1 ? c.cent : c.cents);
  return counting(whole, c.gender) + " " + std::string(whole == 1 ? c.one : c.many) +
         (small > 0 ? " " + cardinal(static_cast<std::uint64_t>(small)) : "");
}

// ---- rules of its own

int month_at(const Tokens& t, std::size_t i) {
  if (!t.word(i)) return 0;
  std::string_view w = t.text(i);
  if (w == "Jänner") return 1;
  if (w == "Mrz" || w == "Mär") return 3;
  for (int m = 1; m <= 12; ++m)
    if (w == kMonths[m] || (w.size() >= 3 && w.size() <= 4 && kMonths[m].starts_with(w))) return m;
  return 0;
}

bool is_weekday(std::string_view word) {
  constexpr std::string_view kDays[] = {"montag",  "dienstag", "mittwoch", "donnerstag",
                                        "freitag", "samstag",  "sonntag",  "sonnabend"};
  return contains(kDays, word);
}

// "am Montag, 29.": what decides the ending stands before the weekday.
std::string before_day(const Tokens& t, std::size_t i) {
  const std::string before = t.word_before(i);
  const bool range = number_of(before) >= 0 && i > 0 && t.dash(i - 1);  // "vom 3.–5."
  return range || is_weekday(before) ? t.word_before(i, 1) : before;
}

int year_at(const Tokens& t, std::size_t i, std::size_t& end) {
  const std::size_t j = t.skip_blank(i);
  if (!t.digits(j) || t.text(j).size() != 4 || t.glued(j + 1)) return 0;
  const int y = number_of(t.text(j));
  if (y < 1100 || y > 2999) return 0;
  return end = j + 1, y;
}

// "29. November 2026", "29.11.", "am 3. Termin", "3.–5. November"
std::optional<Said> day_dot(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.digits(i) || t.text(i).size() > 2 || !t.is(i + 1, ".") || !starts_fresh(t, i)) return std::nullopt;
  const int day = number_of(t.text(i));
  if (day < 1) return std::nullopt;
  const std::string before = before_day(t, i);
  const auto n = static_cast<std::uint64_t>(day);
  std::size_t end = i + 2;
  if (t.digits(end) && t.text(end).size() <= 2 && t.is(end + 1, ".") && !t.glued(end + 2)) {
    const int month = number_of(t.text(end));
    if (day <= 31 && month >= 1 && month <= 12) return Said{end + 2 - i, date_said(day, month, 0, before)};
  }
  const std::size_t next = t.skip_blank(end);
  if (const int month = month_at(t, next); month > 0 && day <= 31) {
    end = next + 1;
    if (t.is(end, ".") && !t.ends_clause(end)) ++end;
    const int y = t.blank(end) ? year_at(t, end, end) : 0;
    return Said{end - i, date_said(day, month, y, before)};
  }
  if (const std::size_t second = range_sign(t, end); second > end && t.digits(second) && t.is(second + 1, "."))
    return Said{second - i, ordinal(n, before) + " " + std::string(tongue.to) + " "};
  const bool counts = contains(kDative, before) || contains(kArticles, before);
  if (counts && t.blank(end) && t.word(next)) return Said{2, ordinal(n, before)};
  return std::nullopt;
}

std::optional<Said> month_year(const Tokens& t, std::size_t i, const Tongue&) {
  const int month = month_at(t, i);
  std::size_t end = i + 1;
  if (month == 0 || (i > 0 && t.glued(i - 1))) return std::nullopt;
  if (t.is(end, ".")) ++end;
  if (!t.blank(end)) return std::nullopt;
  const int y = year_at(t, end, end);
  if (y == 0) return std::nullopt;
  return Said{end - i, std::string(kMonths[month]) + " " + year(y)};
}

bool moment_at(const Tokens& t, std::size_t i, std::size_t& end, std::string& words, bool dots) {
  if (!t.digits(i) || t.text(i).size() > 2) return false;
  const int hour = number_of(t.text(i));
  const bool mark = t.is(i + 1, ":") || (dots && t.is(i + 1, "."));
  if (!mark || !t.digits(i + 2) || t.text(i + 2).size() != 2 || t.glued(i + 3)) return false;
  const int minute = number_of(t.text(i + 2));
  if (hour > 24 || minute > 59 || (t.is(i + 3, ":") && t.digits(i + 4))) return false;
  end = i + 3;
  words = counting(static_cast<std::uint64_t>(hour), Gender::masculine) + " Uhr" +
          (minute > 0 ? " " + cardinal(static_cast<std::uint64_t>(minute)) : "");
  return true;
}

// "14:30", "14.30 Uhr", "9:00–17:00 Uhr"
std::optional<Said> time_of_day(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.digits(i) || !starts_fresh(t, i)) return std::nullopt;
  std::size_t end = i;
  std::string words;
  const auto clock = [&](std::size_t j) { return t.blank(j) && t.is(j + 1, "Uhr") && !t.glued(j + 2); };
  const bool dots = !t.is(i + 1, ":");
  if (!moment_at(t, i, end, words, dots)) return std::nullopt;
  std::size_t after = end;
  std::string last;
  if (const std::size_t second = range_sign(t, end); second > end && moment_at(t, second, after, last, dots)) {
    if (dots && !clock(after)) return std::nullopt;
    words += " " + std::string(tongue.to) + " " + last;
    end = after;
  } else if (dots && !clock(end)) {
    return std::nullopt;
  }
  if (clock(end)) end += 2;
  return Said{end - i, std::move(words)};
}

// "1990er", "3-mal", "im Jahr 1999"
std::optional<Said> year_or_times(const Tokens& t, std::size_t i, const Tongue&) {
  if (!t.digits(i) || !starts_fresh(t, i) || t.text(i).size() > 4) return std::nullopt;
  const int n = number_of(t.text(i));
  if (t.text(i).size() == 1 && t.is(i + 1, "-") && t.is(i + 2, "mal")) {
    return Said{3, counting(static_cast<std::uint64_t>(n), Gender::masculine) + "mal"};
  }
  const bool years = n >= 1100 && n < 2100;
  if (t.is(i + 1, "er") || t.is(i + 1, "ern")) {
    if (n % 10 != 0 || (!years && n > 100)) return std::nullopt;
    return Said{2, year(n) + std::string(t.text(i + 1))};
  }
  constexpr std::string_view kBefore[] = {"jahr",   "jahre",  "jahres",   "seit",   "bis",    "von",  "ab",
                                          "sommer", "winter", "frühjahr", "herbst", "anfang", "ende", "mitte"};
  const bool alone = !t.glued(i + 1) && !t.dash(i + 1) && !t.is(i + 1, "/") && !t.is(i + 1, "%") &&
                     !((t.is(i + 1, ".") || t.is(i + 1, ",")) && t.digits(i + 2));
  if (!years || n >= 2000 || t.text(i).size() != 4 || !alone || !contains(kBefore, t.word_before(i)))
    return std::nullopt;
  if (capital_first(t.word_after(i + 1))) return std::nullopt;
  return Said{1, year(n)};
}

// "Hauptstr.", "12345 Berlin" behind a comma
std::optional<Said> street_or_town(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (t.word(i) && t.text(i).size() > 4 && t.text(i).ends_with("str") && t.is(i + 1, ".")) {
    const std::string_view w = t.text(i);
    return Said{2, std::string(w) + "aße" + (t.ends_clause(i + 1) && !t.is(i + 2, ",") ? "." : "")};
  }
  const bool town = t.digits(i) && t.text(i).size() == 5 && i > 1 && t.blank(i - 1) && t.is(i - 2, ",") &&
                    capital_first(t.word_after(i + 1));
  if (!town) return std::nullopt;
  return Said{1, spelled(t.text(i), tongue)};
}

constexpr Rule kOwn[] = {time_of_day, day_dot, month_year, year_or_times, street_or_town};

}  // namespace

void speak_german(Tongue& t) {
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

}  // namespace offhook::dialog

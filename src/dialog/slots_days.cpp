#include <algorithm>
#include <array>
#include <cstdio>

#include "dialog/slots_rules.hpp"

namespace offhook::dialog {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};
constexpr std::string_view kThe[] = {"the", "den", "dem", "der"};
constexpr std::string_view kJoins[] = {"or", "and", "to", "through", "oder", "und", "bis"};
constexpr int kFirstYear = 1900, kLastYear = 2099;

struct Date {
  std::size_t to = 0;
  int day = 0, month = 0, year = 0;  // year 0: not said
};

bool valid(const Date& d) {
  constexpr int kLast[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > kLast[d.month - 1]) return false;
  if (d.year == 0) return true;
  const bool leap = d.year % 4 == 0 && (d.year % 100 != 0 || d.year % 400 == 0);
  return d.year >= kFirstYear && d.year <= kLastYear && (d.month != 2 || d.day < 29 || leap);
}

// The numbers of "12/24/2026", and how long the first and the last are; none where it is something else.
struct Parts {
  std::vector<int> numbers;
  std::size_t first = 0, last = 0;
};
Parts parts_of(std::string_view text, char mark) {
  Parts out;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(mark, from), text.size());
    const auto part = text.substr(from, to - from);
    if (!digits_only(part) || part.size() > 4 || out.numbers.size() == 3) return {};
    int value = 0;
    for (const char c : part) value = value * 10 + (c - '0');
    if (out.numbers.empty()) out.first = part.size();
    out.last = part.size();
    out.numbers.push_back(value);
    from = to + 1;
  }
  return out;
}

// "2026-12-24", "12/24", "24.12.2026", "24.12" where dates are written so.
std::optional<Date> written_date(const Speech& speech, std::size_t i) {
  const std::string_view text = speech.words[i].text;
  const auto date = [&](int day, int month, int year) -> std::optional<Date> {
    const Date d{i + 1, day, month, year};
    return valid(d) ? std::optional(d) : std::nullopt;
  };
  if (const auto [n, first, last] = parts_of(text, '-'); n.size() == 3 && first == 4) return date(n[2], n[1], n[0]);
  if (const auto [n, first, last] = parts_of(text, '.'); n.size() == 3 && last == 4)
    return date(n[0], n[1], n[2]);
  else if (n.size() == 2 && speech.tongue.tag == "de" && speech.words[i].stop && last <= 2)  // "am 24.12. bitte"
    return date(n[0], n[1], 0);
  const auto [n, first, last] = parts_of(text, '/');
  if (n.size() < 2 || (n.size() == 3 && last != 4) || (n.size() == 2 && last > 2)) return {};
  const int year = n.size() == 3 ? n[2] : 0;
  const auto usual = speech.day_first ? date(n[0], n[1], year) : date(n[1], n[0], year);
  return usual ? usual : speech.day_first ? date(n[1], n[0], year) : date(n[0], n[1], year);
}

// "24th", "twenty fourth", "vierundzwanzigsten", "24." before a month.
struct Ordinal {
  std::size_t to = 0;
  int value = 0;
};
std::optional<Ordinal> ordinal_at(const Speech& speech, std::size_t i) {
  const auto& words = speech.words;
  const SlotTongue& t = speech.tongue;
  if (i >= words.size()) return {};
  if (const auto value = t.ordinal(words[i].text)) return Ordinal{i + 1, *value};
  if (const auto tens = t.number(words[i].text); tens && (*tens == 20 || *tens == 30) && i + 1 < words.size())
    if (const auto unit = t.ordinal(words[i + 1].text); unit && *unit <= 9 && !words[i].pause)
      return Ordinal{i + 2, *tens + *unit};
  if (digits_only(words[i].text) && words[i].text.size() <= 2)
    if (std::size_t to = i; const auto value = small_number(words, to, t)) return Ordinal{to, *value};
  return {};
}

// "2026", "twenty twenty six", "nineteen eighty five", "two thousand and four", "neunzehnhundertneunzig".
std::size_t year_at(const Speech& speech, std::size_t i, int& year) {
  const auto& words = speech.words;
  const auto fits = [&](std::int64_t value) { return value >= kFirstYear && value <= kLastYear; };
  if (i >= words.size()) return 0;
  if (const auto century = speech.tongue.number(words[i].text); century && (*century == 19 || *century == 20)) {
    std::size_t rest = i + 1;
    const bool oh = text_at(words, rest) == "oh";
    if (oh) ++rest;
    const auto value = small_number(words, rest, speech.tongue);
    if (value && !digits_only(words[i + 1].text) && (oh ? *value < 10 : *value >= 10)) {
      year = *century * 100 + *value;
      return rest;
    }
  }
  const auto whole = cardinal_at(words, i, speech.tongue);
  if (!whole || !fits(whole->value) || whole->text.size() != 4 ||
      words[i].text.find_first_of(",.") != std::string::npos)
    return 0;
  year = static_cast<int>(whole->value);
  return whole->to;
}

std::optional<Date> date_at(const Speech& speech, std::size_t i) {
  const auto& words = speech.words;
  const SlotTongue& t = speech.tongue;
  if (auto date = written_date(speech, i)) return date;
  Date d;
  const auto with_year = [&]() -> std::optional<Date> {
    if (const std::size_t to = year_at(speech, d.to, d.year)) d.to = to;
    return valid(d) ? std::optional(d) : std::nullopt;
  };
  if (const auto month = counted(t.months, words[i].text)) {  // "December 24th", "December the twenty fourth"
    if (t.tag == "de") return {};
    const bool the = text_at(words, i + 1) == "the";
    auto day = ordinal_at(speech, i + 1 + (the ? 1 : 0));
    if (!day) return {};
    d = {day->to, day->value, *month};
    return with_year();
  }
  const auto day = ordinal_at(speech, i);
  if (!day) return {};
  const bool of = text_at(words, day->to) == "of";
  const std::size_t at = day->to + (of ? 1 : 0);
  if (const auto month = counted(t.months, text_at(words, at))) {
    d = {at + 1, day->value, *month};
    return with_year();
  }
  // "vierundzwanzigster zwölfter", "24. 12."
  if (t.tag != "de" || (digits_only(words[i].text) && !words[i].stop)) return {};
  const auto month = ordinal_at(speech, at);
  if (!month || month->value > 12 || (digits_only(words[at].text) && !words[at].stop)) return {};
  d = {month->to, day->value, month->value};
  return with_year();
}

std::string value_of(const Date& d) {
  char out[16];
  if (d.year == 0)
    std::snprintf(out, sizeof out, "%02d-%02d", d.month, d.day);
  else
    std::snprintf(out, sizeof out, "%04d-%02d-%02d", d.year, d.month, d.day);
  return out;
}

// A date in numerals is said back with its month's name.
std::string spoken_date(const Speech& speech, std::size_t from, const Date& d) {
  const SlotTongue& t = speech.tongue;
  if (speech.words[from].text.find_first_of("-/.") == std::string::npos || t.months.empty())
    return said_back(speech, from, d.to);
  std::string month(
      std::find_if(t.months.begin(), t.months.end(), [&](const Counted& m) { return m.value == d.month; })->word);
  month[0] = static_cast<char>(month[0] - 'a' + 'A');
  std::string out = t.tag == "de" ? std::to_string(d.day) + ". " + month : month + " " + std::to_string(d.day);
  if (d.year != 0) out += (t.tag == "de" ? " " : ", ") + std::to_string(d.year);
  return out;
}

bool far_from(const Speech& speech, std::size_t from) {  // "before the", "every", "last"
  const SlotTongue& t = speech.tongue;
  for (std::size_t i = from; i > 0 && from - i < 3; --i) {
    const std::string_view before = speech.words[i - 1].text;
    if (contains(t.not_this_day, before)) return true;
    if (!contains(t.articles, before)) return false;
  }
  return false;
}

class Days {
 public:
  explicit Days(const Speech& speech) : s_(speech), t_(speech.tongue) {}

  Candidates all() {
    for (std::size_t i = 0; i < s_.size();) {
      std::size_t to = date(i);
      if (to == 0) to = weekday(i);
      if (to == 0) to = today(i);
      i = to == 0 ? i + 1 : to;
    }
    return std::move(out_);
  }

 private:
  void put(std::size_t from, std::size_t to, std::string value, std::string spoken) {
    if (!s_.asked && of_another_time(from, to)) return;
    if (far_from(s_, from) || phrase_at(s_.words, to, t_.not_this_day_behind) > 0)
      out_.push_back({from, to, "", ""});  // "after Monday": says something, but no day
    else
      out_.push_back({from, to, std::move(value), std::move(spoken)});
  }

  // "my appointment was on Tuesday", "are you open on Tuesday?"
  bool of_another_time(std::size_t from, std::size_t to) const {
    const auto around = [&](std::size_t i) {
      return phrase_at(s_.words, i, t_.past) > 0 || contains(t_.opening, s_.words[i].text);
    };
    for (std::size_t i = from; i > 0 && from - i < 8 && !s_.words[i - 1].stop; --i)
      if (around(i - 1)) return true;
    for (std::size_t i = to; i < s_.size() && i - to < 6 && !s_.words[i - 1].stop; ++i)
      if (around(i)) return true;
    return false;
  }

  std::size_t date(std::size_t i) {
    const auto d = date_at(s_, i);
    if (!d) return day_of_month(i);
    put(i, d->to, value_of(*d), spoken_date(s_, i, *d));
    return d->to;
  }

  // "The 24th." of whichever month comes next.
  std::size_t day_of_month(std::size_t i) {
    const auto day = s_.words[i].text.size() > 2 ? ordinal_at(s_, i) : std::nullopt;
    if (!day || day->value < 1 || day->value > 31) return 0;
    if (contains(kJoins, text_at(s_.words, day->to))) {  // "the first or the second of May"
      out_.push_back({i, day->to, "", ""});
      return 0;
    }
    const bool the = i > 0 && (contains(kThe, s_.words[i - 1].text) || s_.words[i - 1].text == "am");
    const bool ends = day->to >= s_.size() || s_.words[day->to - 1].pause ||
                      phrase_at(s_.words, day->to, t_.courtesies) > 0 || contains(t_.at, text_at(s_.words, day->to));
    if (!s_.asked || !the || !ends) return 0;
    put(i, day->to, std::to_string(day->value), said_back(s_, i - 1, day->to));
    return day->to;
  }

  std::size_t weekday(std::size_t i) {
    std::string_view text = s_.words[i].text;
    bool is = false;
    if (text.ends_with("'s")) {  // "Tuesday's fine": not "Tuesday's appointment"
      text.remove_suffix(2);
      is = true;
    }
    const auto day = weekday_of(text, t_);
    if (!day) return 0;
    std::size_t to = i + 1, the = to;
    if (contains(kThe, text_at(s_.words, the))) ++the;
    if (!is && the < s_.size()) {
      if (const auto d = date_at(s_, the)) {  // "Tuesday, the 24th of December"
        put(i, d->to, value_of(*d),
            said_back(s_, i, i + 1) + (t_.tag == "de" ? ", " : ", ") + (the > to ? said_back(s_, to, the) + " " : "") +
                spoken_date(s_, the, *d));
        return d->to;
      }
      if (const auto day_of_month = ordinal_at(s_, the); day_of_month && the > to) {  // "Wednesday the third"
        put(i, day_of_month->to, std::to_string(day_of_month->value), said_back(s_, i, day_of_month->to));
        return day_of_month->to;
      }
    }
    if (is && phrase_at(s_.words, to, t_.courtesies) == 0 && phrase_at(s_.words, to, t_.spoils) == 0 && to < s_.size())
      return to;
    if (i > 0 && t_.ordinal(s_.words[i - 1].text)) return to;  // "the first Tuesday of the month"
    std::size_t from = i;
    for (std::size_t n = 3; n > 0; --n)  // "this coming Tuesday"
      if (i >= n && phrase_at(s_.words, i - n, t_.next) == n) {
        from = i - n;
        break;
      }
    if (const std::size_t week = phrase_at(s_.words, to, t_.next_week)) to += week;
    std::string spoken = said_back(s_, from, to);
    if (is) spoken.resize(spoken.size() - 2);
    put(from, to, std::string(kDays[static_cast<std::size_t>(*day - 1)]), is ? named(text) : std::move(spoken));
    return to;
  }
  static std::string named(std::string_view day) {
    std::string out(day);
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
  }

  bool pauses(std::size_t from, std::size_t to) const {  // "heute, morgen" are two days
    for (std::size_t i = from; i + 1 < to; ++i)
      if (s_.words[i].pause) return true;
    return false;
  }

  std::size_t today(std::size_t i) {
    std::size_t to = i;
    int value = 0;
    for (const auto& [phrase, days] : t_.todays)
      if (const std::size_t n = phrase_at(s_.words, i, phrase); i + n > to && !pauses(i, i + n)) {
        to = i + n;
        value = days;
      }
    if (to == i) return 0;
    const bool follows = i > 0 && !s_.words[i - 1].pause;
    const std::string_view before = follows ? text_at(s_.words, i - 1) : std::string_view();
    // "Dienstag Morgen", "guten Morgen"
    if (to == i + 1 && (contains(t_.greets, before) || contains(t_.morning_before, before) || weekday_of(before, t_)))
      return to;
    const bool passing = !s_.asked && to == i + 1 && value == 0 && !contains(t_.today_before, before) &&
                         !contains(t_.today_behind, text_at(s_.words, to)) && s_.size() > 2;
    const bool greeting = !s_.asked && t_.tag == "de" && i == 0 && value == 1 && s_.words[i].pause && s_.size() > 1;
    constexpr std::string_view kValues[] = {"today", "tomorrow", "day_after_tomorrow", ""};
    if (!passing && !greeting) put(i, to, std::string(kValues[value]), said_back(s_, i, to));
    return to;
  }

  const Speech& s_;
  const SlotTongue& t_;
  Candidates out_;
};

}  // namespace

Candidates days_in(const Speech& speech) {
  return Days(speech).all();
}

}  // namespace offhook::dialog

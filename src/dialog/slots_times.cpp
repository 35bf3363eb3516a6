#include <algorithm>
#include <cstdio>

#include "dialog/slots_rules.hpp"

namespace offhook::dialog {
namespace {

enum class Half { unknown, am, pm };

// "pm", "p m" at i; how many words it takes. In German "am" is another word.
std::size_t half_at(SlotWords words, std::size_t i, Half& half) {
  constexpr std::string_view kAm[] = {"am", "a m"}, kPm[] = {"pm", "p m"};
  const std::size_t am = phrase_at(words, i, kAm), pm = phrase_at(words, i, kPm);
  if (am + pm > 0) half = am > 0 ? Half::am : Half::pm;
  return am + pm;
}

// The hour of 24 that is meant, or none: "15 am", "nine in the night".
std::optional<int> hour_of_day(int hour, Half half, std::string_view part, std::span<const DayPart> parts) {
  if (hour == 24) return 0;
  if (half == Half::am) return hour > 12 ? std::nullopt : std::optional(hour % 12);
  if (half == Half::pm) return hour > 12 ? hour : hour == 0 ? std::nullopt : std::optional(hour % 12 + 12);
  if (hour > 12 || hour == 0) return hour;
  if (part.empty()) return hour <= 7 ? hour + 12 : hour;
  for (const DayPart& p : parts)
    if (p.word == part && hour >= p.from && hour <= p.to) return hour + p.later;
  return {};
}

class Times {
 public:
  explicit Times(const Speech& speech) : s_(speech), t_(speech.tongue) {}

  Candidates all() {
    for (std::size_t i = 0; i < s_.size();) {
      Clock clock;
      std::size_t to = t_.time(s_.words, i, clock);
      if (to <= i) {
        ++i;
        continue;
      }
      i = take(i, to, clock);
    }
    return std::move(out_);
  }

 private:
  std::size_t take(std::size_t from, std::size_t to, Clock clock) {
    Half half = Half::unknown;
    if (const std::size_t n = t_.tag == "de" ? 0 : half_at(s_.words, to, half)) {
      to += n;
      clock.said = Clock::Said::plainly;
    }
    const std::size_t time_to = to;
    std::string_view part;
    if (const std::size_t n =
            half == Half::unknown && !clock.settled ? phrase_at(s_.words, to, t_.day_part_behind) : 0) {
      part = part_between(to, to + n);
      to += n;
      if (clock.said == Clock::Said::hour) clock.said = Clock::Said::plainly;
    }
    if (part.empty() && half == Half::unknown) part = part_around(from, to);
    const auto hour = clock.settled ? std::optional(clock.hour) : hour_of_day(clock.hour, half, part, t_.day_parts);
    if (bounds(from, to)) {  // "after three", "between three and four", "3 pm or later"
      out_.push_back({from, to, "", ""});
      return to;
    }
    if (!hour || clock.minute > 59 || !means_a_time(from, time_to, to, clock)) return std::max(to, from + 1);
    char value[16];
    std::snprintf(value, sizeof value, "%02d:%02d", *hour, clock.minute);
    out_.push_back({from, to, value, said_back(s_, from, to)});
    return to;
  }

  std::string_view part_between(std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < std::min(to, s_.size()); ++i) {
      const std::string_view word = s_.words[i].text, before = i > 0 ? text_at(s_.words, i - 1) : std::string_view();
      if (contains(t_.greets, before)) continue;  // "good morning"
      const bool tomorrow = counted(t_.todays, word) == 1;
      if (tomorrow && !contains(t_.morning_before, before) && !weekday_of(before, t_)) continue;
      for (const DayPart& p : t_.day_parts) {
        const bool ends = word.ends_with(p.word) && counted(t_.weekdays, word.substr(0, word.size() - p.word.size()));
        if (p.word == word || ends) return p.word;  // "Dienstagnachmittag"
      }
    }
    return {};
  }
  // "three tomorrow afternoon", "in the evening at eight": of the same sentence, with no other number between.
  std::string_view part_around(std::size_t from, std::size_t to) const {
    std::size_t behind = to;
    while (behind < s_.size() && behind < to + 4 && !s_.words[behind - 1].stop && !counts(s_.words, behind, t_))
      ++behind;
    if (const auto part = part_between(to, behind); !part.empty()) return part;
    std::size_t before = from;
    while (before > 0 && from - before < 5 && !s_.words[before - 1].stop && !counts(s_.words, before - 1, t_)) --before;
    return part_between(before, from);
  }

  bool bounds(std::size_t from, std::size_t to) const {
    const auto before = [&](std::size_t n) { return from >= n ? text_at(s_.words, from - n) : std::string_view(); };
    return phrase_at(s_.words, to, t_.not_this_day_behind) > 0 || contains(t_.not_this_time, before(1)) ||
           (contains(t_.articles, before(1)) && contains(t_.not_this_time, before(2)));
  }
  bool means_a_time(std::size_t from, std::size_t time_to, std::size_t to, const Clock& clock) const {
    const std::string_view before = from > 0 ? text_at(s_.words, from - 1) : std::string_view();
    if (!s_.asked && was(from)) return false;
    if (clock.said == Clock::Said::plainly) return true;
    // digits that are read out: "five three thirty two"
    if ((from > 0 && counts(s_.words, from - 1, t_)) || counts(s_.words, time_to, t_)) return false;
    if (contains(t_.not_hour_before, before) || counted(t_.months, before)) return false;
    const bool at = contains(t_.at, before);
    if (!s_.asked && !at) return false;
    return to >= s_.size() || s_.words[to - 1].pause || phrase_at(s_.words, to, t_.hour_behind) > 0 ||
           weekday_of(text_at(s_.words, to), t_).has_value();
  }
  bool was(std::size_t from) const {  // "I called at 3 pm"
    for (std::size_t i = from; i > 0 && from - i < 8 && !s_.words[i - 1].stop; --i)
      if (phrase_at(s_.words, i - 1, t_.past) > 0) return true;
    return false;
  }

  const Speech& s_;
  const SlotTongue& t_;
  Candidates out_;
};

}  // namespace

std::size_t time_in_numerals(SlotWords words, std::size_t i, Clock& clock) {
  const std::string_view text = text_at(words, i);
  const std::size_t mark = text.find(':');
  if (mark == std::string_view::npos || mark == 0 || mark > 2 || text.size() != mark + 3) return 0;
  const std::string_view hour = text.substr(0, mark), minute = text.substr(mark + 1);
  if (!digits_only(hour) || !digits_only(minute)) return 0;
  clock.hour = hour.size() == 1 ? hour[0] - '0' : (hour[0] - '0') * 10 + hour[1] - '0';
  clock.minute = (minute[0] - '0') * 10 + minute[1] - '0';
  return clock.hour < 24 && clock.minute < 60 ? i + 1 : 0;
}

Candidates times_in(const Speech& speech) {
  return Times(speech).all();
}

}  // namespace offhook::dialog

#include "dialog/slots_rules.hpp"

namespace offhook::dialog {
namespace {

constexpr Counted kNumbers[] = {{"zero", 0},           {"nought", 0},   {"one", 1},        {"two", 2},
                                {"three", 3},          {"four", 4},     {"five", 5},       {"six", 6},
                                {"seven", 7},          {"eight", 8},    {"nine", 9},       {"ten", 10},
                                {"eleven", 11},        {"twelve", 12},  {"thirteen", 13},  {"fourteen", 14},
                                {"fifteen", 15},       {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18},
                                {"nineteen", 19},      {"twenty", 20},  {"thirty", 30},    {"forty", 40},
                                {"fourty", 40},        {"fifty", 50},   {"sixty", 60},     {"seventy", 70},
                                {"eighty", 80},        {"ninety", 90},  {"hundred", 100},  {"thousand", 1000},
                                {"million", 1'000'000}};
constexpr Counted kOrdinals[] = {{"first", 1},        {"second", 2},      {"third", 3},       {"fourth", 4},
                                 {"fifth", 5},        {"sixth", 6},       {"seventh", 7},     {"eighth", 8},
                                 {"ninth", 9},        {"tenth", 10},      {"eleventh", 11},   {"twelfth", 12},
                                 {"thirteenth", 13},  {"fourteenth", 14}, {"fifteenth", 15},  {"sixteenth", 16},
                                 {"seventeenth", 17}, {"eighteenth", 18}, {"nineteenth", 19}, {"twentieth", 20},
                                 {"thirtieth", 30}};

}  // namespace

std::optional<int> english_number(std::string_view word) {
  return counted(kNumbers, word);
}

std::optional<int> english_ordinal(std::string_view word) {
  if (const auto value = counted(kOrdinals, word)) return value;
  if (word.size() < 3 || word.size() > 4 || !digits_only(word.substr(0, word.size() - 2))) return {};
  constexpr std::string_view kEnds[] = {"st", "nd", "rd", "th"};
  if (!contains(kEnds, word.substr(word.size() - 2))) return {};
  int value = 0;
  for (const char c : word.substr(0, word.size() - 2)) value = value * 10 + (c - '0');
  return value;
}

namespace {

// "3:30", "3:30pm", "330", "3.30".
bool written(std::string_view text, Clock& clock) {
  int half = 0;
  if (text.ends_with("am") || text.ends_with("pm")) {
    half = text.ends_with("am") ? 1 : 2;
    text.remove_suffix(2);
    if (text.empty() || text.size() > 5) return false;
  }
  const std::size_t colon = text.find_first_of(":.");
  const bool whole = colon == std::string_view::npos;
  if (whole && half == 0 && text.size() != 3) return false;
  const std::size_t hours = whole ? (text.size() > 2 ? text.size() - 2 : text.size()) : colon;
  const std::string_view hour = text.substr(0, hours), minute = text.substr(hours + (whole ? 0 : 1));
  if (!digits_only(hour) || hour.size() > 2 || (!minute.empty() && (!digits_only(minute) || minute.size() != 2)) ||
      (!whole && minute.empty()))
    return false;
  const auto value = [](std::string_view digits) {
    int sum = 0;
    for (const char c : digits) sum = sum * 10 + (c - '0');
    return sum;
  };
  clock.hour = value(hour);
  clock.minute = minute.empty() ? 0 : value(minute);
  if (clock.hour > (half > 0 ? 12 : 23) || clock.minute > 59 || (whole && half == 0 && clock.minute % 5 != 0))
    return false;
  clock.said = half > 0 || (!whole && text[colon] == ':') ? Clock::Said::plainly : Clock::Said::minutes;
  if (half > 0) {
    clock.hour = clock.hour % 12 + (half == 2 ? 12 : 0);
    clock.settled = true;
  }
  return true;
}

std::size_t minutes_at(SlotWords words, std::size_t i, int& minute) {
  const SlotTongue& t = english_slots();
  std::size_t to = i;
  constexpr std::string_view kOh[] = {"oh", "o", "zero"};
  if (contains(kOh, text_at(words, i))) {
    const auto unit = t.number(text_at(words, ++to));
    if (!unit || *unit < 1 || *unit > 9) return 0;
    minute = *unit;
    return to + 1;
  }
  const auto value = small_number(words, to, t);
  if (!value || *value > 59 || *value < 10 || (digits_only(words[i].text) && words[i].text.size() != 2)) return 0;
  minute = *value;
  return to;
}

// "quarter past three", "ten to four", "half three".
std::size_t around_hour(SlotWords words, std::size_t i, Clock& clock) {
  const SlotTongue& t = english_slots();
  constexpr std::string_view kPast[] = {"past", "after"}, kTo[] = {"to", "till", "til", "of", "before"};
  if (text_at(words, i) == "a") ++i;
  const std::string_view first = text_at(words, i);
  std::size_t at = i;
  int minutes = 0;
  const bool quarter = first == "quarter", half = first == "half";
  if (quarter || half) {
    minutes = quarter ? 15 : 30;
    ++at;
  } else {
    const auto value = small_number(words, at, t);
    if (!value || *value < 1 || *value > 29) return 0;
    minutes = *value;
    const bool said = text_at(words, at) == "minutes" || text_at(words, at) == "minute";
    if (said) ++at;
    if (!said && minutes % 5 != 0) return 0;  // "three to four" is a range
  }
  const std::string_view joins = text_at(words, at);
  const bool past = contains(kPast, joins), to = !half && contains(kTo, joins) && (quarter || joins == "to");
  if (past || to) ++at;
  if (!past && !to && !half) return 0;
  std::size_t end = at;
  const auto hour = small_number(words, end, t);
  if (!hour || *hour < 1 || *hour > 12) return 0;
  clock.hour = to ? (*hour + 10) % 12 + 1 : *hour;
  clock.minute = to ? 60 - minutes : minutes;
  clock.said = past || to ? Clock::Said::plainly : Clock::Said::minutes;
  return end;
}

}  // namespace

std::size_t english_time(SlotWords words, std::size_t i, Clock& clock) {
  const SlotTongue& t = english_slots();
  constexpr std::string_view kOClock[] = {"o'clock", "oclock", "o clock"};
  const std::string_view text = text_at(words, i);
  const bool midnight = text == "midnight";
  if (midnight || text == "noon" || text == "midday") {
    clock = {midnight ? 0 : 12, 0, Clock::Said::plainly, true};
    return i + 1;
  }
  if (const std::size_t to = around_hour(words, i, clock)) return to + phrase_at(words, to, kOClock);
  if (written(text, clock)) return i + 1;
  std::size_t to = i;
  const auto hour = small_number(words, to, t);
  if (!hour || *hour > 24 || (digits_only(text) && text.size() > 2)) return 0;
  clock = {*hour, 0, Clock::Said::hour, false};
  if (text_at(words, to) == "noon" && *hour == 12) return clock.said = Clock::Said::plainly, to + 1;
  if (const std::size_t n = phrase_at(words, to, kOClock)) {
    clock.said = Clock::Said::plainly;
    return to + n;
  }
  // "twenty five" is no hour with minutes, "twenty thirty" is
  if (*hour <= 20 || digits_only(text))
    if (const std::size_t end = minutes_at(words, to, clock.minute)) {
      clock.said = Clock::Said::minutes;
      to = end;
    }
  return to;
}

}  // namespace offhook::dialog

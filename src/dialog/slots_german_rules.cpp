#include "dialog/slots_rules.hpp"

namespace offhook::dialog {
namespace {

constexpr Counted kNumbers[] = {
    {"null", 0},      {"eins", 1},      {"zwei", 2},      {"zwo", 2},       {"drei", 3},
    {"vier", 4},      {"fünf", 5},      {"fuenf", 5},     {"sechs", 6},     {"sieben", 7},
    {"acht", 8},      {"neun", 9},      {"zehn", 10},     {"elf", 11},      {"zwölf", 12},
    {"zwoelf", 12},   {"dreizehn", 13}, {"vierzehn", 14}, {"fünfzehn", 15}, {"sechzehn", 16},
    {"siebzehn", 17}, {"achtzehn", 18}, {"neunzehn", 19}, {"hundert", 100}, {"tausend", 1000}};
constexpr Counted kTens[] = {{"zwanzig", 20}, {"dreißig", 30}, {"dreissig", 30}, {"vierzig", 40}, {"fünfzig", 50},
                             {"sechzig", 60}, {"siebzig", 70}, {"achtzig", 80},  {"neunzig", 90}};

}  // namespace

// "einundzwanzig", "zweihundertdreiundvierzig", "neunzehnhundertfünfundachtzig", "zweitausendsechsundzwanzig".
std::optional<int> german_number(std::string_view word) {
  if (word.empty() || word.size() > 60) return {};
  if (const auto value = counted(kNumbers, word)) return value;
  if (const auto value = counted(kTens, word)) return value;
  for (const auto& [scale, factor] : {Counted{"tausend", 1000}, Counted{"hundert", 100}}) {
    const std::size_t at = word.find(scale);
    if (at == std::string_view::npos) continue;
    std::string_view left = word.substr(0, at), right = word.substr(at + scale.size());
    if (right.size() > 3 && right.starts_with("und")) right.remove_prefix(3);
    const auto times = left.empty() || left == "ein" ? std::optional(1) : german_number(left);
    const auto rest = right.empty() ? std::optional(0) : right == "ein" ? std::nullopt : german_number(right);
    if (!times || !rest || *times >= (factor == 100 ? 20 : 1000) || *rest >= factor || *times == 0) return {};
    return *times * factor + *rest;
  }
  const std::size_t und = word.find("und");
  if (und == std::string_view::npos) return {};
  const auto tens = counted(kTens, word.substr(und + 3));
  const std::string_view left = word.substr(0, und);
  const auto unit = left == "ein" ? std::optional(1) : counted(kNumbers, left);
  if (!tens || !unit || *unit < 1 || *unit > 9) return {};
  return *tens + *unit;
}

// "erste", "dritten", "zwölfter", "vierundzwanzigsten", "24ter".
std::optional<int> german_ordinal(std::string_view word) {
  if (word.size() > 60) return {};
  for (const char end : {'r', 'n', 's', 'm'})
    if (word.ends_with(end) && word.size() > 1 && word[word.size() - 2] == 'e') {
      word.remove_suffix(1);
      break;
    }
  constexpr Counted kOwn[] = {{"erste", 1}, {"dritte", 3}, {"siebte", 7}, {"siebente", 7}, {"achte", 8}};
  if (const auto value = counted(kOwn, word)) return value;
  if (!word.ends_with("te")) return {};
  word.remove_suffix(2);
  if (digits_only(word) && word.size() <= 2)
    return word.size() == 1 ? word[0] - '0' : (word[0] - '0') * 10 + word[1] - '0';
  const bool from_twenty = word.ends_with('s') && word != "sechs";
  const auto value = german_number(from_twenty ? word.substr(0, word.size() - 1) : word);
  if (!value || *value < 1 || *value > 31 || from_twenty != (*value >= 20)) return {};
  return value;
}

namespace {

std::optional<int> hour_at(SlotWords words, std::size_t& i) {
  std::size_t to = i;
  const auto hour = small_number(words, to, german_slots());
  if (!hour || *hour > 24 || (digits_only(words[i].text) && words[i].text.size() > 2)) return {};
  i = to;
  return hour;
}

// "halb vier", "viertel nach drei", "dreiviertel vier", "fünf vor halb vier".
std::size_t around_hour(SlotWords words, std::size_t i, Clock& clock) {
  const std::string_view first = text_at(words, i);
  const auto twelve = [&](std::size_t at, int minute, std::size_t& to) {  // minutes from the hour at `at`
    to = at;
    const auto hour = hour_at(words, to);
    if (!hour || *hour < 1 || *hour > 12) return false;
    clock.hour = minute < 0 ? (*hour + 10) % 12 + 1 : *hour;
    clock.minute = minute < 0 ? minute + 60 : minute;
    clock.said = Clock::Said::plainly;
    return true;
  };
  std::size_t to = 0;
  if (first == "halb") return twelve(i + 1, -30, to) ? to : 0;
  if (first == "dreiviertel") return twelve(i + 1, -15, to) ? to : 0;
  if (first == "drei" && text_at(words, i + 1) == "viertel" && twelve(i + 2, -15, to)) return to;
  std::size_t at = i;
  int minutes = 15;
  if (first == "viertel") {
    ++at;
  } else {
    const auto value = small_number(words, at, german_slots());
    if (!value || *value < 1 || *value > 29) return 0;
    minutes = *value;
    if (text_at(words, at) == "minuten") ++at;
  }
  const std::string_view joins = text_at(words, at);
  if (joins != "nach" && joins != "vor") return first == "viertel" && twelve(at, -45, to) ? to : 0;
  const int sign = joins == "nach" ? 1 : -1;
  if (text_at(words, at + 1) == "halb") return minutes < 15 && twelve(at + 2, sign * minutes - 30, to) ? to : 0;
  return twelve(at + 1, sign * minutes, to) ? to : 0;
}

// "15:30", "15.30".
bool written(std::string_view text, Clock& clock) {
  const std::size_t mark = text.find_first_of(":.");
  if (mark == std::string_view::npos || mark == 0 || mark > 2 || text.size() != mark + 3) return false;
  const std::string_view hour = text.substr(0, mark), minute = text.substr(mark + 1);
  if (!digits_only(hour) || !digits_only(minute)) return false;
  clock.hour = hour.size() == 1 ? hour[0] - '0' : (hour[0] - '0') * 10 + hour[1] - '0';
  clock.minute = (minute[0] - '0') * 10 + minute[1] - '0';
  clock.said = text[mark] == ':' ? Clock::Said::plainly : Clock::Said::minutes;
  return clock.hour < 24 && clock.minute < 60;
}

}  // namespace

std::size_t german_time(SlotWords words, std::size_t i, Clock& clock) {
  const std::string_view text = text_at(words, i);
  if (text == "mitternacht") {
    clock = {0, 0, Clock::Said::plainly, true};
    return i + 1;
  }
  if (const std::size_t to = around_hour(words, i, clock)) return to + (text_at(words, to) == "uhr" ? 1 : 0);
  if (written(text, clock)) {
    const bool uhr = text_at(words, i + 1) == "uhr";
    if (uhr) clock.said = Clock::Said::plainly;
    return i + (uhr ? 2 : 1);
  }
  std::size_t to = i;
  std::optional<int> hour = hour_at(words, to);
  if (!hour && text == "ein" && text_at(words, i + 1) == "uhr") {
    hour = 1;
    ++to;
  }
  if (!hour) return 0;
  clock = {*hour, 0, Clock::Said::hour, false};
  if (text_at(words, to) != "uhr") return to;
  clock.said = Clock::Said::plainly;
  std::size_t end = ++to;
  if (words[to - 1].pause) return to;
  if (const auto minute = small_number(words, end, german_slots()); minute && *minute < 60) {
    clock.minute = *minute;
    to = end;
  }
  return to;
}

}  // namespace offhook::dialog

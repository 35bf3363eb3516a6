#include <algorithm>
#include <charconv>

#include "dialog/slots_rules.hpp"

namespace offhook::dialog {
namespace {

constexpr std::string_view kHalves[] = {"am", "pm"};  // of the day: "3 pm" is a time
constexpr std::string_view kOrMore[] = {"or more", "or less", "or fewer", "oder mehr", "oder weniger"};
constexpr std::string_view kOutOf[] = {"out of", "von"};
constexpr std::int64_t kMost = 1'000'000'000'000;

std::optional<int> word_value(SlotWords words, std::size_t i, const SlotTongue& tongue) {
  return i < words.size() ? tongue.number(words[i].text) : std::nullopt;
}

bool scale(std::int64_t value) {
  return value == 100 || value == 1000 || value == 1'000'000;
}

// "1,500", "2.5", "-2", "42".
struct Numeral {
  std::int64_t whole = 0;
  std::string decimals;
  bool negative = false;
};
std::optional<Numeral> numeral(std::string_view text, const SlotTongue& tongue) {
  Numeral out;
  if (text.starts_with('-')) {
    out.negative = true;
    text.remove_prefix(1);
  }
  if (const std::size_t mark = text.rfind(tongue.decimal); mark != std::string_view::npos) {
    out.decimals = text.substr(mark + 1);
    text = text.substr(0, mark);
    if (!digits_only(out.decimals) || out.decimals.size() > 9) return {};
  }
  const char between = tongue.decimal == '.' ? ',' : '.';
  std::string digits;
  for (std::size_t from = 0, n = 0; from <= text.size(); ++n) {
    const std::size_t to = std::min(text.find(between, from), text.size());
    const std::string_view group = text.substr(from, to - from);
    if (!digits_only(group) || (n > 0 && group.size() != 3) || (n == 0 && to < text.size() && group.size() > 3))
      return {};
    digits += group;
    from = to + 1;
  }
  if (digits.size() > 12) return {};
  std::from_chars(digits.data(), digits.data() + digits.size(), out.whole);
  return out;
}

// "twenty five", "fünf und zwanzig", "42": below a hundred, or a numeral or a word that is more by itself.
std::optional<std::int64_t> tens_at(SlotWords words, std::size_t& i, const SlotTongue& t) {
  if (i >= words.size()) return {};
  if (digits_only(words[i].text)) {
    const auto n = numeral(words[i].text, t);
    if (n) ++i;
    return n ? std::optional(n->whole) : std::nullopt;
  }
  const auto value = word_value(words, i, t);
  if (!value || scale(*value)) return {};
  ++i;
  if (words[i - 1].pause) return *value;
  const auto next = word_value(words, i, t);
  if (t.tag == "en" && *value >= 20 && *value <= 90 && *value % 10 == 0 && next && *next >= 1 && *next <= 9) {
    ++i;
    return *value + *next;
  }
  const auto tens = word_value(words, i + 1, t);
  if (t.tag == "de" && *value >= 1 && *value <= 9 && text_at(words, i) == "und" && tens && *tens >= 20 && *tens <= 90 &&
      *tens % 10 == 0) {
    i += 2;
    return *value + *tens;
  }
  return *value;
}

// A scale behind a number or "a", and what is added to it: "two hundred and forty", "a thousand".
std::optional<std::int64_t> scaled_at(SlotWords words, std::size_t& i, const SlotTongue& t, std::int64_t most) {
  std::size_t at = i;
  std::optional<std::int64_t> sum;
  if (most == 1) return tens_at(words, i, t);
  const std::int64_t below = most == 1'000'000 ? 1000 : most == 1000 ? 100 : 1;
  constexpr std::string_view kOne[] = {"a", "an", "ein", "eine"};
  auto times = scaled_at(words, at, t, below);
  if (!times && (contains(kOne, text_at(words, at)) && word_value(words, at + 1, t) == most)) {
    times = 1;
    ++at;
  } else if (!times && word_value(words, at, t) == most) {
    times = 1;
  }
  if (!times) return {};
  if (word_value(words, at, t) != most || *times >= most || *times == 0) {
    i = at;
    return times;
  }
  sum = *times * most;
  ++at;
  i = at;
  if (phrase_at(words, at, t.scale_and) > 0) ++at;
  if (const auto rest = scaled_at(words, at, t, below); rest && *rest > 0 && *rest < most) {
    sum = *sum + *rest;
    i = at;
  }
  return sum;
}

}  // namespace

std::optional<int> small_number(SlotWords words, std::size_t& i, const SlotTongue& tongue) {
  std::size_t at = i;
  const auto value = tens_at(words, at, tongue);
  if (!value || *value > 99) return {};
  i = at;
  return static_cast<int>(*value);
}

bool counts(SlotWords words, std::size_t i, const SlotTongue& tongue) {
  return i < words.size() && (numeral(words[i].text, tongue) || word_value(words, i, tongue));
}

std::optional<Cardinal> cardinal_at(SlotWords words, std::size_t i, const SlotTongue& t) {
  if (i >= words.size()) return {};
  Cardinal out;
  bool negative = false;
  std::string decimals;
  if (contains(t.minus, words[i].text)) {
    negative = true;
    ++i;
  }
  if (const auto written = i < words.size() ? numeral(words[i].text, t) : std::nullopt;
      written && (!written->decimals.empty() || written->negative || !digits_only(words[i].text))) {
    out.value = written->whole;
    decimals = written->decimals;
    negative |= written->negative;
    ++i;
  } else {
    const auto whole = scaled_at(words, i, t, 1'000'000);
    if (!whole || *whole > kMost) return {};
    out.value = *whole;
    if (const std::size_t half = phrase_at(words, i, t.and_half)) {
      decimals = "5";
      i += half;
    } else if (contains(t.point, text_at(words, i))) {
      std::size_t at = i + 1;
      for (std::optional<int> digit; decimals.size() < 9 && at < words.size(); ++at) {
        digit = digits_only(words[at].text) ? std::optional(0) : word_value(words, at, t);
        if (!digit || *digit > 9) break;
        decimals += digits_only(words[at].text) ? words[at].text.substr(0, 9) : std::to_string(*digit);
      }
      if (!decimals.empty()) i = at;
    }
  }
  if (negative) out.value = -out.value;
  out.to = i;
  out.text = std::to_string(out.value);
  if (negative && out.value == 0 && !decimals.empty()) out.text = "-0";
  while (decimals.ends_with('0')) decimals.pop_back();
  if (!decimals.empty()) out.text += "." + decimals;
  return out;
}

Candidates numbers_in(const Speech& speech) {
  const SlotTongue& t = speech.tongue;
  const auto& words = speech.words;
  Candidates out;
  for (std::size_t i = 0; i < words.size();) {
    const auto before = i > 0 ? text_at(words, i - 1) : std::string_view();
    Clock clock;
    if (const std::size_t to = t.time(words, i, clock); to > i && clock.said == Clock::Said::plainly) {
      out.push_back({i, to, "", ""});  // "at 3 pm": a value, but none that counts
      i = to;
      continue;
    }
    if (contains(t.article_one, words[i].text) && contains(t.counted_things, text_at(words, i + 1))) {
      out.push_back({i, i + 1, "1", said_back(speech, i, i + 1)});
      i += 2;
      continue;
    }
    const auto number = cardinal_at(words, i, t);
    if (!number) {
      ++i;
      continue;
    }
    if (counts(words, number->to, t)) return {};  // read out digit by digit: not one number
    const bool one = number->to == i + 1 && number->value == 1 && !digits_only(words[i].text);
    if (contains(t.more_or_less, before) || counted(t.months, before) ||
        (t.tag == "en" && contains(kHalves, text_at(words, number->to))) || phrase_at(words, number->to, kOrMore) > 0 ||
        phrase_at(words, number->to, t.day_part_behind) > 0)
      out.push_back({i, number->to, "", ""});
    else if (!one || (!contains(t.not_count_before, before) && phrase_at(words, number->to, t.not_count_behind) == 0))
      out.push_back({i, number->to, number->text, said_back(speech, i, number->to)});
    i = number->to;
    if (const std::size_t of = phrase_at(words, i, kOutOf); of > 0)  // "eight out of ten"
      if (const auto most = cardinal_at(words, i + of, t)) i = most->to;
  }
  return out;
}

}  // namespace offhook::dialog

#include "net/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace offhook::net {

namespace {

constexpr Duration longest = 24h;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Duration> times(std::string_view text, Duration unit) {
  const auto count = number<double>(text);
  if (!count || !std::isfinite(*count)) return std::nullopt;
  const double us = *count * static_cast<double>(unit.count());
  if (us <= 0) return Duration::zero();
  return us >= static_cast<double>(longest.count()) ? longest : Duration(std::llround(us));
}

// Takes up to the next of `ends`, which go as well.
std::string_view take(std::string_view& text, std::string_view ends) {
  const std::size_t from = text.find_first_not_of(ends);
  text.remove_prefix(from == std::string_view::npos ? text.size() : from);
  const std::string_view word = text.substr(0, text.find_first_of(ends));
  text.remove_prefix(word.size());
  return word;
}

// The three forms of RFC 9110 5.6.7, all in UTC:
//   Sun, 06 Nov 1994 08:49:37 GMT      Sunday, 06-Nov-94 08:49:37 GMT      Sun Nov  6 08:49:37 1994
std::optional<std::chrono::sys_seconds> http_date(std::string_view text, std::chrono::year now) {
  static constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const bool c_form = text.find(',') == std::string_view::npos;
  take(text, " ,");  // the day's name says nothing new
  std::string_view day, month, year, time;
  if (c_form) {
    month = take(text, " "), day = take(text, " "), time = take(text, " "), year = take(text, " ");
  } else {
    day = take(text, " ,-"), month = take(text, " -"), year = take(text, " -"), time = take(text, " ");
    if (take(text, " ") != "GMT") return std::nullopt;
  }
  const auto hour = number<int>(take(time, ":")), minute = number<int>(take(time, ":")),
             second = number<int>(take(time, ":"));
  const auto y = number<int>(year);
  const auto d = number<unsigned>(day);
  const auto m = std::find(months.begin(), months.end(), month);
  if (!hour || !minute || !second || !y || !d || m == months.end() || !trimmed(text).empty() || !time.empty())
    return std::nullopt;
  if (*hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 || *second < 0 || *second > 60) return std::nullopt;
  int full_year = *y;
  if (year.size() == 2) {  // more than 50 years ahead: the century before
    full_year += static_cast<int>(now) / 100 * 100;
    if (full_year > static_cast<int>(now) + 50) full_year -= 100;
  } else if (year.size() != 4) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(full_year),
                                         std::chrono::month(static_cast<unsigned>(m - months.begin()) + 1),
                                         std::chrono::day(*d)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

// "1h2m3.5s", "20ms"; plain numbers are seconds.
std::optional<Duration> span(std::string_view text) {
  if (const auto seconds = times(text, 1s)) return seconds;
  Duration sum{};
  while (!text.empty()) {
    const std::size_t digits = text.find_first_not_of("0123456789.");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    const std::string_view count = text.substr(0, digits);
    text.remove_prefix(digits);
    const std::string_view unit = text.substr(0, text.find_first_of("0123456789."));
    text.remove_prefix(unit.size());
    const Duration one = unit == "ms"  ? Duration(1ms)
                         : unit == "s" ? Duration(1s)
                         : unit == "m" ? Duration(1min)
                         : unit == "h" ? Duration(1h)
                         : unit == "d" ? Duration(24h)
                                       : Duration::zero();
    const auto part = times(count, one);
    if (!part || one == Duration::zero()) return std::nullopt;
    sum = std::min(longest, sum + *part);
  }
  return sum;
}

// 2026-01-31T12:00:00Z, fractions of seconds left out of account.
std::optional<std::chrono::sys_seconds> rfc3339(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || text.back() != 'Z') return std::nullopt;
  const auto year = number<int>(text.substr(0, 4));
  const auto month = number<unsigned>(text.substr(5, 2)), day = number<unsigned>(text.substr(8, 2));
  const auto hour = number<int>(text.substr(11, 2)), minute = number<int>(text.substr(14, 2)),
             second = number<int>(text.substr(17, 2));
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok() || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 || *second < 0 || *second > 60)
    return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

}  // namespace

Duration exhausted_for(const Headers& headers, std::time_t now) {
  static constexpr std::pair<std::string_view, std::string_view> limits[] = {
      {"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
      {"x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
      {"anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"},
      {"anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"},
      {"anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"},
      {"anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"},
  };
  Duration wait{};
  for (const auto& [remaining, reset] : limits) {
    if (trimmed(find_header(headers, remaining)) != "0") continue;
    const std::string_view value = trimmed(find_header(headers, reset));
    if (const auto d = span(value)) wait = std::max(wait, *d);
    if (const auto at = rfc3339(value))
      wait = std::max(wait, std::clamp<Duration>(*at - std::chrono::sys_seconds(std::chrono::seconds(now)),
                                                 Duration::zero(), longest));
  }
  return wait;
}

Duration retry_after(const Headers& headers, std::time_t now) {
  if (const auto ms = times(trimmed(find_header(headers, "retry-after-ms")), 1ms)) return *ms;
  const std::string_view value = trimmed(find_header(headers, "retry-after"));
  if (const auto seconds = times(value, 1s)) return *seconds;
  const std::chrono::sys_seconds today{std::chrono::seconds(now)};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(today));
  const auto until = http_date(value, date.year());
  if (!until) return {};
  return std::clamp<Duration>(*until - today, Duration::zero(), longest);
}

}  // namespace offhook::net

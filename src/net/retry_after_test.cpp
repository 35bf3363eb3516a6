#include "net/retry_after.hpp"

#include <gtest/gtest.h>

namespace offhook::net {
namespace {

constexpr std::time_t now = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT

Duration of(std::string value) {
  return retry_after({{"Server", "x"}, {"Retry-After", std::move(value)}}, now);
}

TEST(RetryAfter, is_seconds_whole_or_not) {
  EXPECT_EQ(of("7"), 7s);
  EXPECT_EQ(of(" 7\t"), 7s);
  EXPECT_EQ(of("0.25"), 250ms);
  EXPECT_EQ(of("0"), 0s);
}

TEST(RetryAfter, is_a_date_in_any_of_the_three_forms) {
  EXPECT_EQ(of("Sun, 06 Nov 1994 08:50:07 GMT"), 30s);
  EXPECT_EQ(of("Sunday, 06-Nov-94 08:50:07 GMT"), 30s);
  EXPECT_EQ(of("Sun Nov  6 08:50:07 1994"), 30s);
  EXPECT_EQ(of("Mon, 07 Nov 1994 00:00:00 GMT"), 15h + 10min + 23s);
  EXPECT_EQ(of("Sun, 06 Nov 1994 08:49:00 GMT"), 0s) << "it has passed";
  EXPECT_EQ(of("Sunday, 06-Nov-45 08:50:07 GMT"), 0s) << "51 years ahead is 49 years ago";
  constexpr std::time_t leap = 951782400 - 1;  // Mon, 28 Feb 2000 23:59:59 GMT
  EXPECT_EQ(retry_after({{"retry-after", "Tue, 29 Feb 2000 00:00:09 GMT"}}, leap), 10s);
}

TEST(RetryAfter, in_milliseconds_goes_before) {
  EXPECT_EQ(retry_after({{"retry-after", "7"}, {"Retry-After-Ms", "1500"}}, now), 1500ms);
  EXPECT_EQ(retry_after({{"retry-after", "7"}, {"retry-after-ms", "soon"}}, now), 7s);
}

TEST(RetryAfter, is_nothing_where_it_is_absent_or_nonsense) {
  EXPECT_EQ(retry_after({}, now), 0s);
  for (const char* nonsense : {"",
                               " ",
                               "-5",
                               "soon",
                               "7 s",
                               "7s",
                               "nan",
                               "inf",
                               "0x10",
                               "Sun, 06 Nov 1994 08:50:07 CET",
                               "Sun, 06 Nov 1994",
                               "Sun, 31 Feb 1995 08:50:07 GMT",
                               "Sun, 06 Nov 1994 24:50:07 GMT",
                               "Sun, 06 Nov 1994 08:50 GMT",
                               "Sun, 06 Nov 1994 08:50:07:1 GMT",
                               "Sun, 06 Nox 1994 08:50:07 GMT",
                               "Sun, 06 Nov 1994 08:50:07 GMT again",
                               "Sun, 06 Nov 19 94 08:50:07 GMT",
                               "Sun, 06 Nov 99999999999 08:50:07 GMT",
                               ",,,,",
                               ":::"})
    EXPECT_EQ(of(nonsense), 0s) << nonsense;
}

TEST(RetryAfter, is_a_day_at_most) {
  EXPECT_EQ(of("86401"), 24h);
  EXPECT_EQ(of("1e300"), 24h);
  EXPECT_EQ(of("Sun, 06 Nov 2094 08:50:07 GMT"), 24h);
}

TEST(RetryAfter, a_limit_is_known_before_it_is_hit) {
  const auto wait = [](Headers headers) { return exhausted_for(headers, 1769860800); };  // 2026-01-31T12:00:00Z
  EXPECT_EQ(wait({{"x-ratelimit-remaining-requests", "1"}, {"x-ratelimit-reset-requests", "1s"}}), 0s);
  EXPECT_EQ(wait({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "1s"}}), 1s);
  EXPECT_EQ(wait({{"X-RateLimit-Remaining-Tokens", "0"}, {"X-RateLimit-Reset-Tokens", "6m0.5s"}}), 360500ms);
  EXPECT_EQ(wait({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "20ms"}}), 20ms);
  EXPECT_EQ(wait({{"anthropic-ratelimit-requests-remaining", "0"},
                  {"anthropic-ratelimit-requests-reset", "2026-01-31T12:00:07Z"}}),
            7s);
  EXPECT_EQ(wait({{"anthropic-ratelimit-requests-remaining", "0"},
                  {"anthropic-ratelimit-requests-reset", "2026-01-31T11:59:00Z"}}),
            0s)
      << "it has passed";
  EXPECT_EQ(wait({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "9999h"}}), 24h);
  for (const char* odd : {"", "soon", "1x", "s", "1s2", "-1s", "2026-13-31T12:00:07Z", "1..5s"})
    EXPECT_EQ(wait({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", odd}}), 0s) << odd;
}

}  // namespace
}  // namespace offhook::net

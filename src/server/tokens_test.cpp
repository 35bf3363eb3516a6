#include "server/tokens.hpp"

#include <gtest/gtest.h>

namespace offhook::server {

TEST(Tokens, fit_once_and_not_for_long) {
  Tokens tokens;
  Time now{};
  const std::string a = tokens.issue(now), b = tokens.issue(now);
  EXPECT_NE(a, b);
  EXPECT_TRUE(tokens.redeem(a, now));
  EXPECT_FALSE(tokens.redeem(a, now)) << "used";
  EXPECT_FALSE(tokens.redeem(b, now + Tokens::kLife)) << "expired";
  EXPECT_FALSE(tokens.redeem("", now));
}

TEST(Tokens, are_bounded) {
  Tokens tokens;
  const std::string first = tokens.issue(Time{});
  for (std::size_t i = 0; i < Tokens::kMost; ++i) tokens.issue(Time{});
  EXPECT_FALSE(tokens.redeem(first, Time{}));
}

}  // namespace offhook::server

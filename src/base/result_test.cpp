#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace offhook {
namespace {

Result<int> half(int n) {
  if (n % 2) return Error{Errc::invalid, "halving: found an odd number"};
  return n / 2;
}

TEST(Result, holds_a_value_or_an_error) {
  const Result<int> good = half(4), bad = half(3);
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 2);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::invalid);
  EXPECT_EQ(bad.error().what, "halving: found an odd number");
}

TEST(Result, an_error_is_told_from_one_level_up) {
  const Error outer = half(1).error().within("reading the file");
  EXPECT_EQ(outer.code, Errc::invalid);
  EXPECT_EQ(outer.what, "reading the file: halving: found an odd number");
}

TEST(Result, a_value_that_only_moves_can_be_taken_out) {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = *std::move(made);
  EXPECT_EQ(*taken, 7);
}

TEST(Result, of_nothing_is_good_until_it_is_given_an_error) {
  EXPECT_TRUE(Result<void>());
  const Result<void> bad = Error{Errc::full, "queueing"};
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::full);
}

TEST(Result, every_code_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) names.insert(name(static_cast<Errc>(code)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Errc::internal) + 1);
}

}  // namespace
}  // namespace offhook

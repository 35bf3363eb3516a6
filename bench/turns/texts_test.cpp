#include "turns/texts.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace offhook::turns {
namespace {

TEST(Texts, a_third_of_the_broken_ones_are_of_each_class_and_any_few_are_of_all) {
  std::map<std::string_view, int> groups;
  for (const Broken& b : broken_texts()) ++groups[b.group];
  EXPECT_GE(broken_texts().size(), 24u);
  ASSERT_EQ(groups.size(), 3u);
  for (const auto& [group, n] : groups) EXPECT_EQ(n * 3, static_cast<int>(broken_texts().size())) << group;
  std::set<std::string_view> first;
  for (const Broken& b : broken_texts().first(3)) first.insert(b.group);
  EXPECT_EQ(first.size(), 3u);
}

TEST(Texts, a_broken_one_is_not_over_where_it_breaks_and_over_where_it_ends) {
  for (const Broken& b : broken_texts()) {
    EXPECT_EQ(std::string_view(".?!,").find(b.first.back()), std::string_view::npos) << b.first;
    EXPECT_NE(std::string_view(".?!").find(b.second.back()), std::string_view::npos) << b.second;
  }
  EXPECT_GE(complete_texts().size(), 24u);
}

}  // namespace
}  // namespace offhook::turns

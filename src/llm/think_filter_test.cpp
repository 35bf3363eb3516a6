#include "llm/think_filter.hpp"

#include <gtest/gtest.h>

namespace offhook::llm {
namespace {

// The same text in one piece, byte by byte, and in two pieces cut at every place.
void expect_spoken(std::string_view text, std::string_view expected) {
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    ThinkFilter filter;
    std::string spoken;
    filter.feed(text.substr(0, cut), spoken);
    filter.feed(text.substr(cut), spoken);
    filter.end(spoken);
    EXPECT_EQ(spoken, expected) << "cut at " << cut;
  }
  ThinkFilter filter;
  std::string spoken;
  for (const char& c : text) filter.feed({&c, 1}, spoken);
  filter.end(spoken);
  EXPECT_EQ(spoken, expected) << "byte by byte";
}

TEST(ThinkFilter, thoughts_are_not_spoken_wherever_they_are_cut) {
  expect_spoken("<think>The caller wants 9 < 10.</think>\n\nYes, we do.", "Yes, we do.");
  expect_spoken("<think>\n\n</think>\n\nHello", "Hello");
  expect_spoken("Hm.<think>a</think> So.<think>b</think> Yes.", "Hm. So. Yes.");
}

TEST(ThinkFilter, what_only_looks_like_a_tag_is_text) {
  expect_spoken("a < b <thin ice <<think>x<</think>> y <th", "a < b <thin ice <> y <th");
  expect_spoken("</think> stays", "</think> stays");
}

TEST(ThinkFilter, thoughts_that_never_end_are_never_spoken) {
  expect_spoken("Well. <think>and so on </thin", "Well. ");
}

TEST(ThinkFilter, words_are_not_held_back) {
  ThinkFilter filter;
  std::string spoken;
  filter.feed(" Yes <", spoken);
  EXPECT_EQ(spoken, " Yes ");
}

}  // namespace
}  // namespace offhook::llm

#include "dialog/summary.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace offhook::dialog {
namespace {

using Kind = Item::Kind;

ItemPtr item(Kind kind, std::string text, bool cut = false, std::vector<llm::ToolCall> calls = {}) {
  return std::make_shared<const Item>(Item{kind, std::move(text), cut, std::move(calls), {}});
}

}  // namespace

TEST(Summary, what_was_said_and_done_is_told_as_a_record) {
  const auto messages =
      summary_request("They want a table.",
                      {item(Kind::caller, "For two."), item(Kind::agent, "On", true, {{"1", "book", "{\"n\":2}"}}),
                       item(Kind::tool_result, "booked")});
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].role, llm::Role::system);
  EXPECT_EQ(messages[1].content,
            "Before this, in short: They want a table.\n\n---\nCaller: For two.\nAgent: On … (interrupted)\n"
            "Tool book: {\"n\":2}\nResult: booked\n---\nThe summary:");
}

TEST(Summary, of_a_very_long_one_the_end_is_told_from_a_whole_line_on) {
  Context all;
  for (int i = 0; i < 2000; ++i) all.push_back(item(Kind::caller, "word number " + std::to_string(i)));
  const std::string text = summary_request("", all)[1].content;
  EXPECT_LT(text.size(), 25'000u);
  EXPECT_EQ(text.find("---\nCaller: word number 1"), 0u) << text.substr(0, 60);
  EXPECT_NE(text.find("word number 1999\n---"), std::string::npos);
}

TEST(Summary, blanks_around_it_go_and_it_has_a_bound) {
  EXPECT_EQ(summary_in("\n  They want a table.\n"), "They want a table.");
  EXPECT_EQ(summary_in(" \n"), "");
  EXPECT_LE(summary_in(std::string(5000, 'x')).size(), 2000u);
  EXPECT_EQ(summary_in(std::string(1999, 'x') + "é").size(), 1999u);
}

}  // namespace offhook::dialog

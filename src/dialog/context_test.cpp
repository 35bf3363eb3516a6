#include "dialog/context.hpp"

#include <gtest/gtest.h>

namespace offhook::dialog {
namespace {

ItemPtr caller(std::string text) {
  return std::make_shared<Item>(Item{Item::Kind::caller, std::move(text), false, {}, {}});
}
ItemPtr agent(std::string text, bool cut = false, std::vector<llm::ToolCall> calls = {}) {
  return std::make_shared<Item>(Item{Item::Kind::agent, std::move(text), cut, std::move(calls), {}});
}
ItemPtr result(std::string id, std::string text) {
  return std::make_shared<Item>(Item{Item::Kind::tool_result, std::move(text), false, {}, std::move(id)});
}

}  // namespace

TEST(Context, instructions_and_the_latest_whole_turns_that_fit) {
  Context context{agent("Hello there"), caller("one"),          agent("first answer"),
                  caller("two"),        agent("second answer"), caller("three")};
  const auto all = render("Be brief.", context, 1000);
  ASSERT_EQ(all.size(), 7u);
  EXPECT_EQ(all[0].role, llm::Role::system);
  EXPECT_EQ(all[1].content, "Hello there");
  // Room for the instructions, the last turn and one more.
  const auto some = render("Be brief.", context, 30);
  ASSERT_EQ(some.size(), 4u);
  EXPECT_EQ(some[0].content, "Be brief.");
  EXPECT_EQ(some[1].content, "two");
  EXPECT_EQ(some[3].content, "three");
}

TEST(Context, the_latest_turn_always_goes) {
  const auto messages = render("I", {caller(std::string(9000, 'x'))}, 10);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[1].content.size(), 9000u);
}

TEST(Context, a_cut_answer_says_so) {
  EXPECT_EQ(render("", {caller("a"), agent("We open at", true)}, 100)[1].content, "We open at …");
  EXPECT_EQ(render("", {caller("a"), agent("", true)}, 100).size(), 1u) << "nothing heard, nothing told";
}

TEST(Context, a_late_tool_result_still_follows_its_call) {
  Context context{caller("book"), agent("One moment.", false, {{"t1", "book", "{}"}})};
  EXPECT_EQ(render("", context, 100)[2].content, "still running");
  context.push_back(caller("are you there?"));
  context.push_back(result("t1", "booked"));
  const auto messages = render("", context, 100);
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[2].role, llm::Role::tool);
  EXPECT_EQ(messages[2].content, "booked");
  EXPECT_EQ(messages[3].content, "are you there?");
}

TEST(Context, two_messages_of_the_caller_without_an_answer_are_one_turn) {
  const auto messages = render("", {caller("wait"), caller("stop")}, 5);
  EXPECT_EQ(messages.size(), 2u);
}

}  // namespace offhook::dialog

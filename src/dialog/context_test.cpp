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
  const auto all = render("Be brief.", context, {1000});
  ASSERT_EQ(all.size(), 7u);
  EXPECT_EQ(all[0].role, llm::Role::system);
  EXPECT_EQ(all[1].content, "Hello there");
  // Room for the instructions, the last turn and one more.
  const auto some = render("Be brief.", context, {40});
  ASSERT_EQ(some.size(), 4u);
  EXPECT_EQ(some[0].content, "Be brief.");
  EXPECT_EQ(some[1].content, "two");
  EXPECT_EQ(some[3].content, "three");
}

TEST(Context, the_latest_turn_always_goes) {
  for (const Room& room : {Room{10}, Room{0}, Room{10, 1}}) {
    const auto messages = render("I", {agent("Hello"), caller(std::string(9000, 'x'))}, room);
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages[1].content.size(), 9000u);
  }
}

// The calls of a hundred turns, each question beside the one before it.
void expect_steady_beginnings(const Room& room, std::size_t least_turns, std::size_t most_turns) {
  Context context{agent("Hello")};
  std::string began;
  int changes = 0;
  for (int i = 0; i < 100; ++i) {
    context.push_back(caller("question " + std::to_string(i)));
    const auto messages = render("Be brief.", context, room);
    std::size_t tokens = 0, turns = 0;
    for (const auto& m : messages) {
      tokens += estimate_tokens(m);
      turns += m.role == llm::Role::user;
    }
    EXPECT_LE(tokens, room.max_tokens);
    EXPECT_LE(turns, most_turns);
    if (i >= 50) EXPECT_GE(turns, least_turns);
    EXPECT_EQ(messages.back().content, "question " + std::to_string(i));
    changes += messages.at(1).content != began;
    began = messages.at(1).content;
    context.push_back(agent("answer " + std::to_string(i)));
  }
  EXPECT_LE(static_cast<std::size_t>(changes), 1 + 100 / (most_turns / 2) + 1);
}

TEST(Context, old_turns_go_half_a_room_at_once_so_that_questions_begin_alike) {
  expect_steady_beginnings({300}, 10, 24);
  expect_steady_beginnings({6000, 10}, 6, 10);
}

TEST(Context, a_cut_answer_says_so) {
  EXPECT_EQ(render("", {caller("a"), agent("We open at", true)}, {100})[1].content, "We open at …");
  EXPECT_EQ(render("", {caller("a"), agent("", true)}, {100}).size(), 1u) << "nothing heard, nothing told";
}

TEST(Context, a_late_tool_result_still_follows_its_call) {
  Context context{caller("book"), agent("One moment.", false, {{"t1", "book", "{}"}})};
  EXPECT_EQ(render("", context, {100})[2].content, still_running);
  context.push_back(caller("are you there?"));
  context.push_back(result("t1", "booked"));
  const auto messages = render("", context, {100});
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[2].role, llm::Role::tool);
  EXPECT_EQ(messages[2].content, "booked");
  EXPECT_EQ(messages[3].content, "are you there?");
}

TEST(Context, two_messages_of_the_caller_without_an_answer_are_one_turn) {
  const auto messages = render("", {caller("wait"), caller("stop")}, {5});
  EXPECT_EQ(messages.size(), 2u);
}

}  // namespace offhook::dialog

#include "llm/history.hpp"

#include <gtest/gtest.h>

namespace offhook::llm {
namespace {

Message says(Role role, std::string text) {
  return {role, std::move(text), {}, {}};
}
Message calls(std::vector<std::string> ids, std::string text = {}) {
  Message out = says(Role::assistant, std::move(text));
  for (auto& id : ids) out.tool_calls.push_back({id, "f", "{}"});
  return out;
}
Message result(std::string id, std::string text) {
  return {Role::tool, std::move(text), {}, std::move(id)};
}

// "user Hi | assistant [a b] | tool a=1 | …"
std::string shown(const std::vector<Message>& messages) {
  std::string out;
  for (const Message& m : messages) {
    if (!out.empty()) out += " | ";
    const char* names[] = {"system", "user", "assistant", "tool"};
    out += names[static_cast<int>(m.role)];
    out += " ";
    if (!m.tool_call_id.empty()) out += m.tool_call_id + "=";
    out += m.content;
    if (m.tool_calls.empty()) continue;
    out += "[";
    for (const ToolCall& c : m.tool_calls) out += c.id + " ";
    out.back() = ']';
  }
  return out;
}

TEST(History, neighbours_are_joined_and_what_has_no_words_is_left_out) {
  const std::vector<Message> said = {
      says(Role::system, "S"), says(Role::assistant, "Hello"), says(Role::user, "a"),      says(Role::assistant, " \n"),
      says(Role::user, "b"),   says(Role::assistant, "c"),     says(Role::assistant, "d"), says(Role::system, "N")};
  EXPECT_EQ(shown(history_of(said, {}).messages), "system S | assistant Hello | user a\nb | assistant c\nd | system N");
}

TEST(History, those_who_want_turns_get_turns) {
  const std::vector<Message> said = {says(Role::system, "S"), says(Role::assistant, "Hello"), says(Role::user, "a"),
                                     says(Role::system, "N"), says(Role::assistant, "b"),     calls({"x"}, "c"),
                                     result("x", "1"),        says(Role::assistant, "d")};
  const History out = history_of(said, {.alternate = true});
  EXPECT_EQ(out.system, "S");
  EXPECT_EQ(shown(out.messages),
            "user (The call begins.) | assistant Hello | user a\n(Note: N) | assistant b\nc[x] | tool x=1 | "
            "assistant d | user (Go on.)");
  EXPECT_EQ(shown(history_of({says(Role::system, "S")}, {.alternate = true}).messages), "user (The call begins.)");
}

TEST(History, each_call_is_answered_at_once_and_each_result_has_its_call) {
  // b is still running, a's result came after the caller had spoken, z's call has been forgotten.
  const std::vector<Message> said = {result("z", "0"),           says(Role::user, "Go"), calls({"a", "b"}),
                                     says(Role::user, "Hello?"), result("a", "1"),       says(Role::user, "!")};
  EXPECT_EQ(shown(history_of(said, {}).messages),
            "user Go | assistant [a b] | tool a=1 | tool b=(There is no result: the conversation went on without it.)"
            " | user Hello?\n!");
}

TEST(History, calls_of_one_id_get_ids_of_their_own_and_keep_their_results) {
  const std::vector<Message> said = {calls({"call_1"}), result("call_1", "1"), says(Role::user, "x"), calls({"call_1"}),
                                     result("call_1", "2")};
  EXPECT_EQ(shown(history_of(said, {}).messages),
            "assistant [call_1] | tool call_1=1 | user x | assistant [call_1_2] | tool call_1_2=2");
}

TEST(History, ids_of_another_vendor_are_made_to_fit) {
  const std::string odd = "functions.book:0", longer(46, 'x');
  const History out = history_of({calls({odd, longer, "toolu_01-a"})}, {});
  for (const ToolCall& call : out.messages[0].tool_calls) {
    EXPECT_LE(call.id.size(), 40u);
    EXPECT_EQ(call.id.find_first_of(".:"), std::string::npos);
  }
  EXPECT_NE(out.messages[0].tool_calls[0].id, out.messages[0].tool_calls[1].id);
  EXPECT_EQ(out.messages[0].tool_calls[2].id, "toolu_01-a");
  const History nine =
      history_of({calls({"toolu_01-a", "abcDEF123"}), result("toolu_01-a", "1")}, {.nine_character_ids = true});
  EXPECT_EQ(nine.messages[0].tool_calls[0].id.size(), 9u);
  EXPECT_EQ(nine.messages[0].tool_calls[0].id, nine.messages[1].tool_call_id);
  EXPECT_EQ(nine.messages[1].content, "1");
  EXPECT_EQ(nine.messages[0].tool_calls[1].id, "abcDEF123");
}

TEST(History, a_longer_one_begins_like_the_shorter_one) {
  std::vector<Message> said = {says(Role::system, "S"), says(Role::assistant, "Hello"), says(Role::user, "a"),
                               calls({"x.y"}), result("x.y", "1")};
  const std::string before = shown(history_of(said, {.alternate = true}).messages);
  said.push_back(says(Role::assistant, "b"));
  said.push_back(says(Role::user, "c"));
  EXPECT_EQ(shown(history_of(said, {.alternate = true}).messages), before + " | assistant b | user c");
}

}  // namespace
}  // namespace offhook::llm

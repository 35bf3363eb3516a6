#include "edge/call_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call/publish.hpp"

namespace offhook::edge {
namespace {

using testing::ElementsAre;
using testing::Pair;
using Kind = CallEvent::Kind;

CallEvent read(const std::string& json) {
  const auto event = read_call_event(json);
  EXPECT_TRUE(event) << json;
  return event.value_or(CallEvent{});
}

TEST(CallEvents, what_the_call_publishes_is_read_back) {
  const Time now = Time{} + 4200ms;
  const auto final = read(call::publish_action({call::action::CallerSaid{3, "Hello \"you\"", true}, "committed"}, now));
  EXPECT_EQ(final.kind, Kind::caller_final);
  EXPECT_EQ(final.text, "Hello \"you\"");
  EXPECT_DOUBLE_EQ(final.at_ms, 4200);
  EXPECT_EQ(read(call::publish_action({call::action::CallerSaid{3, "He", false}, ""}, now)).kind, Kind::caller_partial);

  const auto said =
      read(call::publish_action({call::action::AgentSaid{2, "We open", true, 1'500'000}, "interrupted"}, now));
  EXPECT_EQ(said.kind, Kind::agent_said);
  EXPECT_EQ(said.reply, 2);
  EXPECT_TRUE(said.cut);
  EXPECT_DOUBLE_EQ(said.at_ms, 1500);

  EXPECT_EQ(read(call::publish_action({call::action::Hold{2}, "speech"}, now)).kind, Kind::hold);
  EXPECT_EQ(read(call::publish_action({call::action::Resume{2}, "a cough"}, now)).kind, Kind::resume);
  const auto flush = read(call::publish_action({call::action::Flush{2}, "words"}, now));
  EXPECT_EQ(flush.kind, Kind::flush);
  EXPECT_EQ(flush.why, "words");
  const auto clause = read(call::publish_clause(2, "We open at nine.", now));
  EXPECT_EQ(clause.kind, Kind::agent_clause);
  EXPECT_EQ(clause.text, "We open at nine.");
  const auto tool = read(call::publish_action({call::action::CallTool{"1:0", "book", R"({"day":"Monday"})"}, ""}, now));
  EXPECT_EQ(tool.kind, Kind::tool);
  EXPECT_EQ(tool.text, "book");
  EXPECT_EQ(tool.arguments, R"({"day":"Monday"})");
  EXPECT_EQ(tool.id, "1:0");
  const auto returned = read(call::publish_returned({"1:0", false, "Monday is \"full\"."}, now));
  EXPECT_EQ(returned.kind, Kind::tool_returned);
  EXPECT_EQ(returned.id, "1:0");
  EXPECT_EQ(returned.text, "Monday is \"full\".");
  EXPECT_EQ(read(call::publish_ended("bye", now)).kind, Kind::ended);
}

TEST(CallEvents, the_parts_of_a_turn_keep_their_order_and_add_up) {
  call::action::TurnTook took;
  took.turn = 1;
  took.speculated = true;
  took.hear_us = 96'000;
  took.think_us = 200'500;
  took.send_us = 1'000;
  took.v2v_us = 297'500;
  const auto turn = read(call::publish_action({took, "prepared"}, Time{}));
  EXPECT_EQ(turn.kind, Kind::turn);
  EXPECT_EQ(turn.turn, 1);
  EXPECT_TRUE(turn.speculated);
  EXPECT_DOUBLE_EQ(turn.v2v_ms, 297.5);
  ASSERT_GE(turn.parts.size(), 8u);
  EXPECT_THAT(turn.parts.front(), Pair("hear", 96.0));
  EXPECT_THAT(turn.parts.back(), Pair("send", 1.0));
  double sum = 0;
  for (const auto& [name, ms] : turn.parts) sum += ms;
  EXPECT_DOUBLE_EQ(sum, turn.v2v_ms);
}

TEST(CallEvents, what_is_strange_is_no_event_or_an_empty_one) {
  EXPECT_FALSE(read_call_event(""));
  EXPECT_FALSE(read_call_event("[]"));
  EXPECT_FALSE(read_call_event(R"({"type":"weather"})"));
  EXPECT_FALSE(read_call_event(R"({"type":7})"));
  const auto event =
      read(R"({"type":"turn","v2v_ms":1e300,"turn":"x","text":5,"cut":1,"parts":[1,{"name":2,"ms":"3"}]})");
  EXPECT_EQ(event.v2v_ms, 0);
  EXPECT_EQ(event.turn, 0);
  EXPECT_EQ(event.text, "");
  EXPECT_FALSE(event.cut);
  EXPECT_THAT(event.parts, ElementsAre(Pair("", 0.0)));
}

}  // namespace
}  // namespace offhook::edge

#include "call/flow_graph.hpp"

#include <gtest/gtest.h>

namespace offhook::call {
namespace {

using dialog::SlotKind;

FlowNode asks(std::string name, std::string to) {
  FlowNode node{.name = std::move(name)};
  node.collect = {{.field = "sure", .kind = SlotKind::yes_no, .ask = "Sure?"}};
  node.next = {{.to = std::move(to)}};
  return node;
}

Flow flow(std::vector<FlowNode> nodes) {
  return {.nodes = std::move(nodes), .language = "en"};
}
const FlowNode kEnd{.name = "end", .say = "Bye.", .end = true};

std::string all(const Flow& flow) {
  std::string out;
  for (const auto& m : mistakes_in(flow, false))
    out += (m.node < flow.nodes.size() ? flow.nodes[m.node].name : "anywhere") + "." + m.key + ": " + m.what + "\n";
  return out;
}

}  // namespace

TEST(FlowGraph, one_that_works_has_no_mistakes) {
  EXPECT_EQ(all(flow({asks("start", "end"), kEnd})), "");
  EXPECT_EQ(all({}), "");
}

TEST(FlowGraph, a_way_to_a_missing_node_is_named) {
  EXPECT_NE(all(flow({asks("start", "ende"), kEnd})).find("start.next: found \"ende\""), std::string::npos);
  auto f = flow({asks("start", "end"), kEnd});
  f.nodes[0].unclear = "nowhere";
  EXPECT_NE(all(f).find("start.unclear: found \"nowhere\""), std::string::npos);
  f = flow({asks("start", "end"), kEnd});
  f.anywhere = {{.to = "nobody", .hears = {"person"}}};
  EXPECT_NE(all(f).find("anywhere.anywhere: found \"nobody\""), std::string::npos);
}

TEST(FlowGraph, a_node_that_no_way_leads_to_is_named) {
  EXPECT_NE(all(flow({asks("start", "end"), asks("island", "end"), kEnd})).find("island.name: no way leads"),
            std::string::npos);
}

TEST(FlowGraph, names_are_unlike) {
  EXPECT_NE(all(flow({asks("start", "end"), asks("start", "end"), kEnd})).find("start.name: found a second"),
            std::string::npos);
}

TEST(FlowGraph, a_node_that_can_stand_for_ever_is_an_error) {
  auto f = flow({asks("start", "end"), kEnd});
  f.nodes[0].next[0].conditions = {{"sure", {"yes"}}};
  EXPECT_NE(all(f).find("start.: expected then: NODE"), std::string::npos);
  f.nodes[0].next.push_back({.to = "end", .conditions = {{"sure", {"no"}}}});  // all its values
  EXPECT_EQ(all(f), "");
}

TEST(FlowGraph, a_call_needs_a_way_for_its_failure) {
  auto f = flow({asks("start", "make"), FlowNode{.name = "make", .call = "book"}, kEnd});
  f.nodes[1].next = {{.to = "end", .result = CallResult::ok}};
  EXPECT_NE(all(f).find("when book fails"), std::string::npos);
  f.nodes[1].next.push_back({.to = "start", .result = CallResult::failed});
  EXPECT_EQ(all(f), "");
}

TEST(FlowGraph, a_loop_without_the_caller_is_an_error) {
  auto f = flow({asks("start", "a"), FlowNode{.name = "a", .say = "A."}, FlowNode{.name = "b", .call = "book"}, kEnd});
  f.nodes[1].next = {{.to = "b"}};
  f.nodes[2].next = {{.to = "end", .result = CallResult::ok}, {.to = "a"}};
  EXPECT_NE(all(f).find("a.next: found a way back"), std::string::npos) << all(f);
}

TEST(FlowGraph, a_loop_without_an_exit_is_an_error) {
  EXPECT_NE(all(flow({asks("a", "b"), asks("b", "a")})).find("goes round for ever"), std::string::npos);
  auto f = flow({asks("a", "b"), asks("b", "a")});
  f.nodes[1].talks = true;  // the model may end it
  EXPECT_EQ(all(f), "");
}

TEST(FlowGraph, a_field_that_nothing_fills_is_named_wherever_it_stands) {
  auto f = flow({asks("start", "end"), kEnd});
  f.nodes[0].next.insert(f.nodes[0].next.begin(), {.to = "end", .conditions = {{"colour", {"red"}}}});
  f.nodes[0].collect[0].ask = "In {colour}?";
  f.nodes[1].say = "Bye, {nam}.";
  const std::string mistakes = all(f);
  EXPECT_NE(mistakes.find("condition on \"colour\""), std::string::npos);
  EXPECT_NE(mistakes.find("start.collect: found {colour}"), std::string::npos);
  EXPECT_NE(mistakes.find("end.say: found {nam}"), std::string::npos);
}

TEST(FlowGraph, a_condition_on_a_value_that_never_comes_is_an_error) {
  auto f = flow({asks("start", "end"), kEnd});
  f.nodes[0].next.insert(f.nodes[0].next.begin(), {.to = "end", .conditions = {{"sure", {"maybe"}}}});
  EXPECT_NE(all(f).find("found sure: maybe, which it never is"), std::string::npos);
}

TEST(FlowGraph, a_field_that_nobody_asks_for_is_an_error_unless_the_model_or_the_greeting_does) {
  auto f = flow({asks("start", "end"), kEnd});
  f.nodes[0].collect[0].ask = "";
  EXPECT_NE(all(f).find("expected ask"), std::string::npos);
  EXPECT_TRUE(mistakes_in(f, true).empty());
  f.nodes[0].talks = true;
  EXPECT_EQ(all(f), "");
}

TEST(FlowGraph, a_beginning_that_asks_nothing_is_an_error) {
  auto f = flow({FlowNode{.name = "hello", .say = "Hello."}, asks("start", "end"), kEnd});
  f.nodes[0].next = {{.to = "start"}};
  EXPECT_NE(all(f).find("hello.: expected collect, task or talks"), std::string::npos) << all(f);
}

TEST(FlowGraph, a_greeting_asks_only_once) {
  auto f = flow({asks("start", "again"), asks("again", "start"), kEnd});
  f.nodes[0].collect[0].ask = "";
  f.nodes[1].next.push_back({.to = "end", .hears = {"bye"}});
  EXPECT_NE(std::string(mistakes_in(f, true).at(0).what).find("expected ask"), std::string::npos);
}

TEST(FlowGraph, what_no_rule_finds_in_the_language_needs_the_model) {
  auto f = flow({asks("start", "end"), kEnd});
  f.language = "fr";
  EXPECT_NE(all(f).find("only in English and German"), std::string::npos);
  f.nodes[0].talks = true;
  EXPECT_EQ(all(f), "");
}

TEST(FlowGraph, the_end_is_the_end) {
  auto f = flow({asks("start", "end"), kEnd});
  f.nodes[1].talks = true;
  EXPECT_NE(all(f).find("end.end: found more to do"), std::string::npos);
}

}  // namespace offhook::call

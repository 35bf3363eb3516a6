#include "server/agent_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace offhook::server {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kAgent =
    "name: a\ninstructions: i\nllm: { provider: openai, model: m, base_url: \"http://127.0.0.1:1/v1\" }\n";
const std::string kEmbedded = "name: a\ninstructions: i\n";
const std::string kTools =
    "tools:\n  - { name: book, description: d, http: { url: \"https://a.example/b\" } }\n  - { builtin: end_call }\n";

AgentFile good(const std::string& text) {
  auto agent = parse_agent(text, "f");
  if (!agent) ADD_FAILURE() << agent.error().what;
  return agent ? *agent : AgentFile{};
}
std::string wrong(const std::string& text) {
  const auto agent = parse_agent(text, "f");
  return agent ? "" : agent.error().what;
}
std::vector<std::string> names(const std::vector<llm::Tool>& tools) {
  std::vector<std::string> out;
  for (const auto& tool : tools) out.push_back(tool.name);
  return out;
}

const std::string kFlow = R"(
flow:
  nodes:
    - name: wish
      say: Hello.
      collect: [ { field: wish, one_of: { book: "appointment | see a dentist", stop: stop }, ask: "What would you like?" } ]
      next: [ { to: bye, if: { wish: stop } } ]
      then: make
    - { name: make, call: book, with: { what: "{wish}" }, then: bye }
    - { name: bye, say: Goodbye., end: on }
)";

}  // namespace

TEST(AgentFlow, nodes_slots_and_ways_are_read_as_written) {
  const auto agent = good(kAgent + kTools + kFlow);
  const call::Flow& flow = agent.agent.settings.flow;
  ASSERT_EQ(flow.nodes.size(), 3u);
  const call::FlowNode& wish = flow.nodes[0];
  ASSERT_EQ(wish.collect.size(), 1u);
  EXPECT_EQ(wish.collect[0].kind, dialog::SlotKind::one_of);
  EXPECT_THAT(wish.collect[0].choices.at(0).words, ElementsAre("appointment", "see a dentist"));
  EXPECT_EQ(wish.collect[0].again, "Sorry, I didn't get that. What would you like?");
  ASSERT_EQ(wish.next.size(), 2u);
  EXPECT_EQ(wish.next[0].to, "bye");
  EXPECT_THAT(wish.next[0].conditions.at(0).values, ElementsAre("stop"));
  EXPECT_EQ(wish.next[1].to, "make");
  EXPECT_EQ(flow.nodes[1].arguments, R"({"what":"{wish}"})");
  EXPECT_TRUE(flow.nodes[2].end);
}

TEST(AgentFlow, the_first_nodes_words_are_the_greeting) {
  EXPECT_EQ(good(kAgent + kTools + kFlow).agent.settings.greeting, "Hello. What would you like?");
  EXPECT_THAT(wrong(kAgent + "greeting: Hi.\n" + kTools + kFlow), HasSubstr("say: found a greeting besides"));
}

TEST(AgentFlow, what_the_model_may_do_at_a_node_are_tools_offered_there_alone) {
  const auto agent = good(kAgent + kTools + R"(
flow:
  tools: [end_call]
  nodes:
    - { name: talk, task: Talk., next: [ { to: more, when: they want more } ] }
    - name: more
      task: Find out more.
      tools: [book]
      collect: [ { field: size, as: number }, { field: day, as: day } ]
      then: bye
    - { name: bye, end: on }
  anywhere: [ { to: bye, when: they say goodbye, hears: [] } ]
)");
  const call::Flow& flow = agent.agent.settings.flow;
  EXPECT_THAT(flow.nodes[0].tools, ElementsAre("end_call", "go_to_more", "go_to_bye"));
  EXPECT_THAT(flow.nodes[1].tools, ElementsAre("book", "end_call", "go_to_bye", "note_more"));
  EXPECT_THAT(flow.nodes[2].tools, IsEmpty());
  EXPECT_THAT(names(agent.agent.tools), ElementsAre("book", "end_call", "go_to_bye", "go_to_more", "note_more"));
  const auto note = std::ranges::find(agent.agent.tools, "note_more", &llm::Tool::name);
  EXPECT_THAT(note->parameters, AllOf(HasSubstr("\"size\":{\"type\":\"number\"}"), HasSubstr("\"day\"")));
  const auto go = std::ranges::find(agent.agent.tools, "go_to_more", &llm::Tool::name);
  EXPECT_THAT(go->description, HasSubstr("Call it when they want more."));
  EXPECT_THAT(summary(agent), HasSubstr("It follows a flow of 3 nodes from talk to bye."));
  EXPECT_THAT(summary(agent), Not(HasSubstr("go_to")));
}

TEST(AgentFlow, every_mistake_is_told_where_it_stands) {
  const std::string text = wrong(kAgent + kTools + R"(flow:
  nodes:
    - { name: Wish, task: T., next: [ { to: nowhere } ] }
    - { name: a, task: T., call: fly, tools: [swim], next: [ { to: Wish, result: maybe }, { when: they ask } ] }
    - { name: b, task: T., collect: [ { as: colour } ], next: [ { to: a, hears: [x], when: y } ] }
)");
  EXPECT_THAT(text, AllOf(HasSubstr("f:9:15: flow.nodes[].name"), HasSubstr("result: found"), HasSubstr("expected to:"),
                          HasSubstr("expected field"), HasSubstr("as: found"), HasSubstr("several of hears, when")));
  EXPECT_THAT(text, HasSubstr("found \"nowhere\", expected the name of a node"));
}

TEST(AgentFlow, tools_that_a_node_names_must_exist) {
  EXPECT_THAT(wrong(kAgent + kFlow), HasSubstr("call: found \"book\", expected the name of one of the tools"));
  EXPECT_THAT(wrong(kAgent + kTools + "flow: { nodes: [ { name: a, task: T., tools: [swim] } ] }\n"),
              HasSubstr("tools: found \"swim\""));
}

TEST(AgentFlow, a_flow_that_names_a_missing_node_never_takes_a_call) {
  EXPECT_THAT(wrong(kAgent + "flow: { nodes: [ { name: a, task: T., next: [ { to: gone, hears: [x] } ] } ] }\n"),
              HasSubstr("found \"gone\", expected the name of a node; there is none of that name"));
}

TEST(AgentFlow, the_embedded_model_has_tools_called_for_it_but_calls_none) {
  EXPECT_EQ(good(kEmbedded + kTools + kFlow).agent.settings.flow.nodes[0].tools.size(), 0u);
  EXPECT_THAT(wrong(kEmbedded + kTools + "flow: { nodes: [ { name: a, task: T., tools: [book] } ] }\n"),
              HasSubstr("the embedded language model calls none"));
  EXPECT_THAT(wrong(kEmbedded + "flow: { nodes: [ { name: a, task: T. } ], anywhere: [ { to: a, when: x } ] }\n"),
              HasSubstr("takes no ways by itself"));
  EXPECT_THAT(wrong(kEmbedded + kTools), HasSubstr("the embedded language model calls none"));
}

TEST(AgentFlow, what_cannot_be_understood_is_asked_for_again_in_the_agents_language) {
  const auto agent = good(kAgent + "stt: { provider: deepgram, api_key: k, language: de }\n" + R"(
flow:
  nodes:
    - { name: a, collect: [ { field: day, as: day, ask: "Welcher Tag?" } ], then: b }
    - { name: b, end: on }
)");
  EXPECT_EQ(agent.agent.settings.flow.language, "de");
  EXPECT_EQ(agent.agent.settings.flow.nodes[0].collect[0].again, "Das habe ich leider nicht verstanden. Welcher Tag?");
}

TEST(AgentFlow, without_nodes_it_is_a_mistake) {
  EXPECT_THAT(wrong(kAgent + "flow: {}\n"), HasSubstr("expected nodes"));
}

}  // namespace offhook::server

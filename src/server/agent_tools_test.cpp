#include "server/agent_tools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const Environment environment = [](const std::string& name) -> std::optional<std::string> {
  if (name == "TOKEN") return "s3cret-token";
  if (name == "OPENAI_API_KEY") return "k";
  return std::nullopt;
};
const std::string front =
    "name: a\ninstructions: Be brief.\nllm: {provider: openai, model: m}\ntools:\n";  // four lines

AgentFile good(const std::string& tools) {
  auto agent = parse_agent(front + tools, "f", environment);
  EXPECT_TRUE(agent) << (agent ? "" : agent.error().what);
  return agent ? *agent : AgentFile{};
}
std::string wrong(const std::string& tools) {
  const auto agent = parse_agent(front + tools, "f", environment);
  EXPECT_FALSE(agent) << tools;
  return agent ? "" : agent.error().what;
}

TEST(AgentTools, a_tool_is_read_in_its_three_views) {
  const AgentFile a = good(
      "  - name: book\n"
      "    description: Books a table.\n"
      "    parameters: { type: object, properties: { when: { type: string, enum: [nine, \"10\"] } }, required: [when] "
      "}\n"
      "    http:\n"
      "      url: https://crm.example/book/{when}\n"
      "      method: PUT\n"
      "      headers: { X-Key: { env: TOKEN }, X-Version: \"2\" }\n"
      "      bearer: { env: TOKEN }\n"
      "      body: { at: \"{when}\", people: 2 }\n"
      "      allow: [10.0.0.0/8]\n"
      "    timeout: 4s\n"
      "    effect: idempotent\n"
      "    say: Let me book that.\n"
      "  - builtin: end_call\n"
      "  - builtin: wait\n"
      "    description: Holds the line.\n");
  ASSERT_EQ(a.agent.settings.tools.size(), 3u);
  const call::ToolSettings& book = a.agent.settings.tools[0];
  EXPECT_EQ(book.name, "book");
  EXPECT_EQ(book.effect, call::Effect::idempotent);
  EXPECT_EQ(book.timeout_us, 4'000'000);
  EXPECT_FALSE(book.interruptible);
  EXPECT_EQ(book.say, "Let me book that.");
  EXPECT_EQ(a.agent.settings.tools[1].builtin, call::Builtin::end_call);
  ASSERT_EQ(a.agent.tools.size(), 3u);
  EXPECT_EQ(a.agent.tools[0].parameters,
            R"({"type":"object","properties":{"when":{"type":"string","enum":["nine","10"]}},"required":["when"]})");
  EXPECT_EQ(a.agent.tools[2].name, "wait");
  EXPECT_EQ(a.agent.tools[2].description, "Holds the line.");
  ASSERT_EQ(a.tools.size(), 1u);
  EXPECT_EQ(a.tools[0].http.method, "PUT");
  EXPECT_EQ(a.tools[0].http.body, R"({"at":"{when}","people":2})");
  EXPECT_EQ(net::find_header(a.tools[0].http.headers, "Authorization"), "Bearer s3cret-token");
  EXPECT_EQ(a.tools[0].http.secrets, (std::vector<std::string>{"s3cret-token", "s3cret-token"}));
  EXPECT_TRUE(a.tools[0].http.addresses.admits("crm.example", "10.0.0.1"));
  EXPECT_EQ(a.tools[0].timeout, Duration(4s));
  EXPECT_THAT(summary(a), HasSubstr("It may call book (PUT https://crm.example, idempotent), end_call, wait."));
  EXPECT_EQ(summary(a).find("s3cret"), std::string::npos);
}

TEST(AgentTools, what_has_no_effect_may_be_interrupted_unless_the_file_says_otherwise) {
  const std::string tool = "  - { name: look, description: Looks., effect: none, http: { url: \"https://a.example\" }";
  EXPECT_TRUE(good(tool + " }\n").agent.settings.tools[0].interruptible);
  EXPECT_FALSE(good(tool + ", interruptible: off }\n").agent.settings.tools[0].interruptible);
}

TEST(AgentTools, a_mistake_is_told_where_it_stands) {
  const std::string http = ", http: { url: \"https://a.example\" }";
  const std::pair<std::string, std::string> kTable[] = {
      {"  - { description: d" + http + " }\n", "f:5:5: tools[]: expected a name, such as name: book, or builtin: NAME"},
      {"  - { name: a b, description: d" + http + " }\n", "f:5:13: tools[].name: expected letters, digits"},
      {"  - { name: a" + http + " }\n", "tools[]: expected a description"},
      {"  - { name: a, description: d }\n", "expected builtin: NAME, http: { url: … } or knowledge: FOLDER"},
      {"  - { name: a, description: d, http: { method: GET } }\n", "tools[].http: expected builtin: NAME, http"},
      {"  - { builtin: fly }\n",
       "tools[].builtin: found \"fly\", expected end_call, send_digits, collect, wait or "
       "remember"},
      {"  - { builtin: wait, effect: none }\n", "tools[].effect: is not looked at beside builtin: wait"},
      {"  - { builtin: wait }\n  - { builtin: wait }\n", "f:6:16: tools[].builtin: found a second tool of this name"},
      {"  - { name: a, description: d, parameters: { type: object,\n      properties: { x: { anyOf: [] } } }" + http +
           " }\n",
       "f:6:33: tools[].parameters.properties.x.anyOf: is a keyword of JSON Schema that is not checked here"},
      {"  - { name: a, description: d, http: { url: \"https://{x}.example\" } }\n",
       "tools[].http.url: found a placeholder in the host"},
      {"  - { name: a, description: d, http: { url: \"https://a.example\", allow: [10.0.0.0/99] } }\n",
       "tools[].http.allow: found \"10.0.0.0/99\", expected the name of a host"},
      {"  - { name: a, description: d, http: { url: \"https://a.example\", bearer: { env: NONE } } }\n",
       "tools[].http.bearer: the environment variable NONE is not set"},
      {"  - { name: a, description: d, http: { url: \"https://a.example\", headers: { \"X Y\": z } } }\n",
       "tools[].http.headers: found a name or value that HTTP does not allow"},
      {"  - { name: a, description: d, http: { url: \"https://a.example\", verb: GET } }\n", "unknown key \"verb\""},
      {"  - end_call\n", "tools: found a text, expected a map such as { builtin: end_call }"},
  };
  for (const auto& [tools, told] : kTable) EXPECT_THAT(wrong(tools), HasSubstr(told));
}

TEST(AgentTools, a_folder_is_searched_by_a_tool_that_needs_nothing_else) {
  const std::string folder = OFFHOOK_SOURCE_DIR "/tests/data/knowledge";
  const AgentFile a = good("  - knowledge: " + folder + "\n");
  ASSERT_EQ(a.tools.size(), 1u);
  EXPECT_EQ(a.tools[0].name, "look_up");
  EXPECT_EQ(a.tools[0].knowledge, folder);
  EXPECT_EQ(a.agent.settings.tools[0].effect, call::Effect::none) << "it may run while the turn is being decided";
  EXPECT_THAT(a.agent.tools[0].parameters, HasSubstr("question"));
  EXPECT_THAT(summary(a), HasSubstr("It may call look_up (searches " + folder + ")."));
  EXPECT_THAT(wrong("  - knowledge: nowhere\n"), HasSubstr("f:5:16: tools[].knowledge: found no folder nowhere"));
  EXPECT_THAT(wrong("  - { knowledge: " + folder + ", parameters: { type: object } }\n"),
              HasSubstr("tools[].parameters: is not looked at beside knowledge"));
}

TEST(AgentTools, the_embedded_model_calls_none) {
  const auto agent = parse_agent("name: a\ninstructions: b\ntools: [{ builtin: wait }]\n", "f", environment);
  ASSERT_FALSE(agent);
  EXPECT_THAT(agent.error().what, HasSubstr("f:3:8: tools: found tools, but the embedded language model calls none"));
}

TEST(AgentTools, the_word_about_a_slow_tool_is_in_the_agents_language_unless_the_file_has_its_own) {
  EXPECT_EQ(good("  - { builtin: wait }\nspeech: { language: de }\n").agent.settings.tool_text, "Einen Moment bitte.");
  EXPECT_EQ(good("  - { builtin: wait }\nphrases: { tool: Hm. }\n").agent.settings.tool_text, "Hm.");
}

}  // namespace
}  // namespace offhook::server

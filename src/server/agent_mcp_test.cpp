#include "server/agent_mcp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/agent_file.hpp"

namespace offhook::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Environment environment = [](const std::string& name) -> std::optional<std::string> {
  if (name == "TOKEN") return "s3cret-token";
  if (name == "OPENAI_API_KEY") return "k";
  return std::nullopt;
};
const std::string front = "name: a\ninstructions: Be brief.\nllm: {provider: openai, model: m}\nmcp:\n";  // four lines

AgentFile good(const std::string& mcp) {
  auto agent = parse_agent(front + mcp, "f", environment);
  EXPECT_TRUE(agent) << (agent ? "" : agent.error().what);
  return agent ? *agent : AgentFile{};
}
std::string wrong(const std::string& mcp) {
  const auto agent = parse_agent(front + mcp, "f", environment);
  EXPECT_FALSE(agent) << mcp;
  return agent ? "" : agent.error().what;
}
tools::McpTool tool(const std::string& name, tools::McpTool::Effect effect = tools::McpTool::Effect::unknown) {
  return {name, "Does " + name + ".", R"({"type":"object","properties":{}})", effect};
}
std::string names(const McpOffer& offer) {
  std::string out;
  for (const McpOffered& one : offer.tools) out += one.tool.name + " ";
  return out;
}

TEST(AgentMcp, a_command_and_a_url_are_read) {
  const AgentFile a = good(
      "  - name: crm\n"
      "    command: [npx, -y, \"@acme/crm\"]\n"
      "    env: { CRM_TOKEN: { env: TOKEN }, MODE: test }\n"
      "    only: [find, book]\n"
      "    timeout: 4s\n"
      "    tools: [{ name: book, effect: once, say: Let me book that., interruptible: on, timeout: 8s }]\n"
      "  - { name: docs, url: \"https://docs.example/mcp\", bearer: { env: TOKEN }, effect: none, allow: [10.0.0.0/8] "
      "}\n");
  ASSERT_EQ(a.mcp.size(), 2u);
  EXPECT_THAT(a.mcp[0].address.command, ElementsAre("npx", "-y", "@acme/crm"));
  EXPECT_EQ(a.mcp[0].address.environment[0].second, "s3cret-token");
  EXPECT_THAT(a.mcp[0].address.secrets, ElementsAre("s3cret-token"));
  EXPECT_THAT(a.mcp[0].only, ElementsAre("find", "book"));
  EXPECT_EQ(a.mcp[0].manner.timeout, Duration(4s));
  EXPECT_EQ(a.mcp[0].tools.at("book").timeout, Duration(8s));
  EXPECT_EQ(net::find_header(a.mcp[1].address.headers, "Authorization"), "Bearer s3cret-token");
  EXPECT_TRUE(a.mcp[1].address.addresses.admits("docs.example", "10.0.0.1"));
  EXPECT_THAT(summary(a), HasSubstr("the tools of crm (npx), docs (https://docs.example)"));
  EXPECT_EQ(summary(a).find("s3cret"), std::string::npos);
}

TEST(AgentMcp, a_mistake_is_told_where_it_stands) {
  const std::pair<std::string, std::string> kTable[] = {
      {"  - { url: \"https://a.example\" }\n", "f:5:5: mcp[]: expected a name, such as name: crm"},
      {"  - { name: a b, url: \"https://a.example\" }\n", "f:5:13: mcp[].name: expected letters, digits"},
      {"  - { name: a }\n", "mcp[]: found neither a command nor a url, expected one of them"},
      {"  - { name: a, command: [x], url: \"https://a.example\" }\n", "mcp[]: found a command and a url"},
      {"  - { name: a, command: [] }\n", "mcp[].command: found an empty list"},
      {"  - { name: a, command: [x], bearer: y }\n", "mcp[].bearer: is not looked at beside command"},
      {"  - { name: a, url: \"https://a.example\", env: { A: b } }\n", "mcp[].env: is not looked at beside url"},
      {"  - { name: a, command: [x], env: { \"A-B\": c } }\n", "mcp[].env: found the name \"A-B\""},
      {"  - { name: a, command: [x], env: { A: { env: NONE } } }\n", "the environment variable NONE is not set"},
      {"  - { name: a, url: \"wss://a.example\" }\n", "mcp[].url: found wss://, expected http:// or https://"},
      {"  - { name: a, url: \"https://a.example\", allow: [x/y] }\n", "mcp[].allow: found \"x/y\""},
      {"  - { name: a, url: \"https://a.example\", headers: { \"X Y\": z } }\n",
       "mcp[].headers: found a name or value"},
      {"  - { name: a, command: [x] }\n  - { name: a, command: [y] }\n", "f:6:13: mcp[].name: found a second server"},
      {"  - { name: a, command: [x], only: [b], tools: [{ name: c }] }\n",
       "mcp[].tools[].name: found \"c\", which is not among only"},
      {"  - { name: a, command: [x], tools: [{ name: c }, { name: c }] }\n", "found a second tool of this name"},
      {"  - { name: a, command: [x], tools: [{ effect: none }] }\n", "mcp[].tools[]: expected a name"},
      {"  - { name: a, command: [x], effect: maybe }\n", "mcp[].effect: found \"maybe\""},
      {"  - { name: a, command: [x], cmd: y }\n", "unknown key \"cmd\""},
  };
  for (const auto& [mcp, told] : kTable) EXPECT_THAT(wrong(mcp), HasSubstr(told));
}

TEST(AgentMcp, the_embedded_model_calls_none) {
  const auto agent = parse_agent("name: a\ninstructions: b\nmcp: [{ name: a, command: [x] }]\n", "f", environment);
  ASSERT_FALSE(agent);
  EXPECT_THAT(agent.error().what,
              HasSubstr("f:3:6: mcp: found servers, but the embedded language model calls no tools"));
}

TEST(AgentMcp, the_file_overrules_the_server_and_a_tools_own_entry_both) {
  using Said = tools::McpTool::Effect;
  McpEntry entry{.address = {.name = "crm"}};
  entry.tools["c"] = {.effect = call::Effect::none, .timeout = 8s, .say = "Let me see."};
  McpNames names;
  const std::vector<std::vector<tools::McpTool>> listed{
      {tool("a", Said::none), tool("b", Said::idempotent), tool("c"), tool("d")}};
  McpOffer offer = offered({entry}, listed, {}, names);
  ASSERT_EQ(offer.tools.size(), 4u);
  EXPECT_EQ(offer.tools[0].settings.effect, call::Effect::none);
  EXPECT_TRUE(offer.tools[0].settings.interruptible);
  EXPECT_EQ(offer.tools[1].settings.effect, call::Effect::idempotent);
  EXPECT_FALSE(offer.tools[1].settings.interruptible);
  EXPECT_EQ(offer.tools[2].settings.effect, call::Effect::none);
  EXPECT_EQ(offer.tools[2].settings.timeout_us, 8'000'000);
  EXPECT_EQ(offer.tools[2].settings.say, "Let me see.");
  EXPECT_EQ(offer.tools[3].settings.effect, call::Effect::once);
  EXPECT_EQ(offer.tools[3].settings.name, "d");
  entry.manner.effect = call::Effect::once;
  offer = offered({entry}, listed, {}, names);
  EXPECT_EQ(offer.tools[0].settings.effect, call::Effect::once);
  EXPECT_EQ(offer.tools[2].settings.effect, call::Effect::none);
}

TEST(AgentMcp, only_the_wanted_are_offered) {
  McpEntry entry{.address = {.name = "crm"}, .only = {"b", "z"}};
  McpNames given;
  const McpOffer offer = offered({entry}, {{tool("a"), tool("b")}}, {}, given);
  EXPECT_EQ(names(offer), "b ");
  EXPECT_THAT(offer.left_out, ElementsAre("crm: z: its server does not list it"));
}

TEST(AgentMcp, names_that_clash_begin_with_their_servers) {
  const std::vector<McpEntry> entries{{.address = {.name = "crm"}}, {.address = {.name = "docs"}}};
  McpNames given;
  const McpOffer offer =
      offered(entries, {{tool("find"), tool("book"), tool("a.b c")}, {tool("find"), tool("crm_find")}},
              {{"book", "", ""}}, given);
  EXPECT_EQ(names(offer), "crm_find crm_book a_b_c docs_find docs_crm_find ");
  EXPECT_EQ(offer.tools[2].called, "a.b c");
  EXPECT_EQ(offer.tools[3].server, 1u);
}

TEST(AgentMcp, a_name_once_given_stays_whoever_comes_and_goes) {
  const std::vector<McpEntry> entries{{.address = {.name = "crm"}}, {.address = {.name = "docs"}}};
  McpNames given;
  EXPECT_EQ(names(offered(entries, {{tool("find")}, {}}, {}, given)), "find ");
  EXPECT_EQ(names(offered(entries, {{tool("find")}, {tool("find")}}, {}, given)), "find docs_find ");
  EXPECT_EQ(names(offered(entries, {{}, {tool("find")}}, {}, given)), "docs_find ");
}

TEST(AgentMcp, what_a_model_cannot_be_told_is_left_out_and_said) {
  const std::vector<McpEntry> entries{{.address = {.name = "crm"}}};
  McpNames given;
  std::vector<tools::McpTool> many{tool("a"), tool("a"), tool("x.y"), tool("x y"), tool("crm_x_y")};
  McpOffer offer = offered(entries, {many}, {}, given);
  EXPECT_EQ(names(offer), "a crm_x_y crm_crm_x_y ");
  EXPECT_THAT(offer.left_out, ElementsAre("crm: a: its server lists it twice", "crm: x y: its name is taken"));
  many.clear();
  for (int i = 0; i < 130; ++i) many.push_back(tool("t" + std::to_string(i)));
  offer = offered(entries, {many}, {{"own", "", ""}}, given);
  EXPECT_EQ(offer.tools.size(), kMostOffered - 1);
  EXPECT_EQ(offer.left_out.size(), 3u);
}

}  // namespace
}  // namespace offhook::server

#include "tools/mcp_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_fields.hpp"

namespace offhook::tools::mcp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

json::object object(std::string_view text) {
  return json::parse(text).get_object();
}
Told told(std::string_view result) {
  return told_of(object(result), {"s3cret"});
}
template <class T>
T heard(std::string_view text) {
  auto message = read(text);
  if (!message || !std::holds_alternative<T>(*message)) {
    ADD_FAILURE() << text << (message ? ": another kind" : ": " + message.error().what);
    return {};
  }
  return std::get<T>(*message);
}

TEST(McpMessages, what_we_say_is_json_rpc_on_one_line) {
  EXPECT_EQ(
      initialize(1),
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},)"
      R"("clientInfo":{"name":"offhook","version":"0.1.0"}}})");
  EXPECT_EQ(initialized(), R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  EXPECT_EQ(list_tools(2, ""), R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})");
  EXPECT_EQ(list_tools(3, "p\n2"), R"({"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"p\n2"}})");
  EXPECT_EQ(
      call_tool(4, "book", R"({"when":"nine"})"),
      R"({"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"book","arguments":{"when":"nine"},"_meta":{"progressToken":4}}})");
  EXPECT_EQ(cancelled(4, "too late"),
            R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4,"reason":"too late"}})");
}

TEST(McpMessages, answers_and_failures_name_the_request) {
  EXPECT_EQ(heard<Answer>(R"({"jsonrpc":"2.0","id":7,"result":{"a":1}})").id, 7);
  const Failure failure = heard<Failure>(R"({"jsonrpc":"2.0","id":8,"error":{"code":-32602,"message":"no\n such"}})");
  EXPECT_EQ(failure.id, 8);
  EXPECT_EQ(failure.code, -32602);
  EXPECT_EQ(failure.message, "no such");
  EXPECT_EQ(heard<Notice>(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})").method,
            "notifications/tools/list_changed");
}

TEST(McpMessages, what_the_server_asks_is_answered_at_once) {
  EXPECT_EQ(heard<Question>(R"({"jsonrpc":"2.0","id":"p1","method":"ping"})").reply,
            R"({"jsonrpc":"2.0","id":"p1","result":{}})");
  EXPECT_EQ(heard<Question>(R"({"jsonrpc":"2.0","id":5,"method":"sampling/createMessage","params":{}})").reply,
            R"({"jsonrpc":"2.0","id":5,"error":{"code":-32601,"message":"Method not found"}})");
}

TEST(McpMessages, what_is_no_message_is_an_error) {
  for (const std::string& text :
       {std::string("starting up…"), std::string("[]"), std::string("{}"), std::string(R"({"id":1})"),
        std::string(R"({"id":"1","result":{}})"), std::string(R"({"id":1,"result":[]})"),
        std::string(R"({"id":[],"method":"ping"})"), R"({"id":")" + std::string(300, 'x') + R"(","method":"ping"})",
        R"({"method":")" + std::string(300, 'x') + R"("})", std::string(kMostMessage + 1, ' ')})
    EXPECT_FALSE(read(text)) << text.substr(0, 80);
}

TEST(McpMessages, only_who_speaks_our_revisions_and_has_tools_is_greeted) {
  const auto greeting = greeting_of(object(
      R"({"protocolVersion":"2025-03-26","capabilities":{"tools":{}},"serverInfo":{"name":"crm","version":"1.2"}})"));
  ASSERT_TRUE(greeting) << greeting.error().what;
  EXPECT_EQ(greeting->revision, "2025-03-26");
  EXPECT_EQ(greeting->server, "crm 1.2");
  EXPECT_THAT(greeting_of(object(R"({"protocolVersion":"1999-01-01","capabilities":{"tools":{}}})")).error().what,
              HasSubstr("revision \"1999-01-01\""));
  EXPECT_THAT(greeting_of(object(R"({"protocolVersion":"2025-06-18","capabilities":{}})")).error().what,
              HasSubstr("offers no tools"));
}

TEST(McpMessages, a_page_has_tools_as_a_model_is_told_of_them) {
  const Page page = page_of(object(R"({"nextCursor":"p2","tools":[
      {"name":"find","title":"Find","inputSchema":{"$schema":"x","properties":{"q":{"anyOf":[]}}},
       "annotations":{"readOnlyHint":true}},
      {"name":"book","description":"Books.","inputSchema":{"type":"object"},
       "annotations":{"readOnlyHint":false,"idempotentHint":true,"destructiveHint":"x"}}]})"));
  EXPECT_EQ(page.cursor, "p2");
  ASSERT_EQ(page.tools.size(), 2u);
  EXPECT_EQ(page.tools[0].description, "Find");
  EXPECT_EQ(object(page.tools[0].parameters), object(R"({"type":"object","properties":{"q":{"anyOf":[]}}})"));
  EXPECT_EQ(page.tools[0].read_only, true);
  EXPECT_EQ(page.tools[0].idempotent, std::nullopt);
  EXPECT_EQ(page.tools[1].parameters, R"({"type":"object","properties":{}})");
  EXPECT_EQ(page.tools[1].read_only, false);
  EXPECT_EQ(page.tools[1].idempotent, true);
}

TEST(McpMessages, a_tool_that_no_model_can_be_told_of_is_left_out_and_said) {
  const std::string large(kMostSchema, 'x');
  const Page page = page_of(object(R"({"tools":[7,{"inputSchema":{}},{"name":"a"},{"name":"b","inputSchema":{"x":")" +
                                   large + R"("}},{"name":"c","inputSchema":{}}]})"));
  ASSERT_EQ(page.tools.size(), 1u);
  EXPECT_EQ(page.tools[0].name, "c");
  EXPECT_THAT(page.left_out, ElementsAre(HasSubstr("found no object"), HasSubstr("expected a name"),
                                         HasSubstr("a: found no inputSchema"), HasSubstr("b: found a schema of")));
}

TEST(McpMessages, a_list_has_a_bound) {
  json::array tools;
  for (int i = 0; i < 1000; ++i) tools.push_back(json::object{{"name", "t"}, {"inputSchema", json::object()}});
  const Page page = page_of({{"tools", tools}, {"nextCursor", std::string(5000, 'x')}});
  EXPECT_EQ(page.tools.size(), kMostTools);
  EXPECT_LE(page.left_out.size(), kMostTools + 1);
  EXPECT_EQ(page.cursor, "");
}

TEST(McpMessages, a_model_is_told_text_and_what_else_there_is) {
  EXPECT_EQ(told(R"({"content":[{"type":"text","text":"Two"},{"type":"image","data":"AAAA"},
      {"type":"audio","data":"AAAA"},{"type":"resource","resource":{"uri":"file:///a","text":"three"}},
      {"type":"resource","resource":{"uri":"file:///b","blob":"AAAA"}},
      {"type":"resource_link","name":"four","uri":"file:///c"},{"type":"hologram"},5]})")
                .text,
            "Two\n[image]\n[audio]\nthree\n[resource]\n[resource four: file:///c]\n[hologram]");
  EXPECT_EQ(told(R"({"content":[],"structuredContent":{"n":7}})").text, R"({"n":7})");
  EXPECT_EQ(told(R"({"content":[{"type":"text","text":"seven"}],"structuredContent":{"n":7}})").text, "seven");
  EXPECT_EQ(told(R"({"content":[{"type":"text","text":"key s3cret"}]})").text, "key ***");
  EXPECT_EQ(told(R"({"content":[{"type":"text","text":" "}]})").text, "The tool succeeded and returned nothing.");
  EXPECT_EQ(told("{}").text, "The tool succeeded and returned nothing.");
  EXPECT_TRUE(told("{}").ok);
}

TEST(McpMessages, a_long_answer_is_cut_and_says_so) {
  const Told long_one = told(R"({"content":[{"type":"text","text":"x)" + std::string(20'000, 'y') + R"("}]})");
  EXPECT_TRUE(long_one.ok);
  EXPECT_LT(long_one.text.size(), 16'500u);
  EXPECT_THAT(long_one.text, HasSubstr("y … (the rest is left out)"));
}

TEST(McpMessages, a_failure_is_one_sentence) {
  const Told refused = told(R"({"isError":true,"content":[{"type":"text","text":"no table\nat nine, s3cret"}]})");
  EXPECT_FALSE(refused.ok);
  EXPECT_EQ(refused.text, "The tool refused this: no table at nine, ***");
  EXPECT_EQ(told(R"({"isError":true,"content":[]})").text, "The tool failed on its side; it may work later.");
  EXPECT_EQ(told_of(Failure{1, -32602, "no such tool"}, {}).text, "The tool refused this: no such tool");
  EXPECT_EQ(told_of(Failure{1, -32603, "db-7.internal refused"}, {}).text,
            "The tool failed on its side; it may work later.");
}

}  // namespace
}  // namespace offhook::tools::mcp

#include "tools/mcp_http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class McpHttpTest : public ::testing::Test {
 protected:
  McpHttpTest() {
    McpAddress address{.name = "docs", .url = "https://docs.example/mcp?key=s3cret"};
    address.headers = {{"Authorization", "Bearer s3cret"}};
    address.secrets = {"s3cret"};
    transport = connect_mcp_http(
        loop, http, address,
        {.message = [this](std::string_view text) { heard.emplace_back(text); },
         .failed = [this](std::int64_t id, Error why) { heard.push_back(std::to_string(id) + ": " + why.what); },
         .lost = [this](Error why) { heard.push_back("lost: " + why.what); }});
  }
  net::FakeHttp::Exchange& send(std::int64_t id, const std::string& text) {
    transport->send(id, text, Deadline::in(loop.now(), 4s));
    return http.last();
  }
  // Up to where tools can be called.
  void begin(const std::string& session = "abc") {
    auto& initialize = send(1, "initialize");
    initialize.head(200, "application/json", {{"Mcp-Session-Id", session}});
    initialize.body("{}");
    initialize.end();
    transport->agreed("2025-06-18");
    auto& initialized = send(-1, "initialized");
    initialized.head(202, "");
    initialized.end();
    heard.clear();
  }
  static std::string header(const net::FakeHttp::Exchange& exchange, std::string_view name) {
    return std::string(net::find_header(exchange.call.headers, name));
  }

  net::VirtualLoop loop;
  net::FakeHttp http;
  std::vector<std::string> heard;
  std::unique_ptr<McpTransport> transport;
};

TEST_F(McpHttpTest, a_message_is_a_post_and_json_its_answer) {
  auto& exchange = send(1, R"({"id":1})");
  EXPECT_EQ(exchange.call.method + " " + exchange.call.url, "POST https://docs.example/mcp?key=s3cret");
  EXPECT_EQ(exchange.call.body, R"({"id":1})");
  EXPECT_EQ(header(exchange, "Accept"), "application/json, text/event-stream");
  EXPECT_EQ(header(exchange, "Content-Type"), "application/json");
  EXPECT_EQ(header(exchange, "Authorization"), "Bearer s3cret");
  EXPECT_EQ(header(exchange, "Mcp-Session-Id"), "");
  EXPECT_EQ(header(exchange, "MCP-Protocol-Version"), "");
  EXPECT_EQ(exchange.call.deadline.at(), loop.now() + 4s);
  exchange.head(200, "application/json; charset=utf-8");
  exchange.body(R"({"id":1,)");
  EXPECT_TRUE(heard.empty());
  exchange.body(R"("result":{}})");
  exchange.end();
  ASSERT_FALSE(heard.empty());
  EXPECT_EQ(heard[0], R"({"id":1,"result":{}})");
}

TEST_F(McpHttpTest, or_a_stream_of_events) {
  auto& exchange = send(1, "{}");
  exchange.head(200, "text/event-stream");
  exchange.body("event: message\ndata: {\"method\":\"ping\"}\n\ndata: {\"id\"");
  exchange.body(":1}\n\nevent: other\ndata: x\n\n: nothing\n\n");
  EXPECT_THAT(heard, ElementsAre(R"({"method":"ping"})", R"({"id":1})"));
}

TEST_F(McpHttpTest, session_and_revision_go_with_every_later_request) {
  begin();
  for (auto* exchange : {&send(2, "{}"), http.sent[1].get(), http.sent[2].get()}) {
    EXPECT_EQ(header(*exchange, "Mcp-Session-Id"), "abc");
    EXPECT_EQ(header(*exchange, "MCP-Protocol-Version"), "2025-06-18");
  }
}

TEST_F(McpHttpTest, a_session_id_that_is_no_header_is_none) {
  begin("a b\r\nX: y");
  EXPECT_EQ(header(send(2, "{}"), "Mcp-Session-Id"), "");
}

TEST_F(McpHttpTest, what_nobody_asked_for_comes_on_a_stream_of_its_own) {
  begin();
  auto& stream = http.last();
  EXPECT_EQ(stream.call.method, "GET");
  EXPECT_EQ(header(stream, "Accept"), "text/event-stream");
  EXPECT_TRUE(stream.call.deadline.is_never());
  stream.head(200, "text/event-stream");
  stream.body("data: {\"method\":\"notifications/tools/list_changed\"}\n\n");
  EXPECT_THAT(heard, ElementsAre(R"({"method":"notifications/tools/list_changed"})"));
  const std::size_t before = http.sent.size();
  stream.end();
  EXPECT_EQ(http.sent.size(), before);
  loop.advance(1s);
  ASSERT_EQ(http.sent.size(), before + 1);  // again, a while later
  http.last().end(Error{Errc::unavailable, "nobody answers"});
  loop.advance(4s);
  ASSERT_EQ(http.sent.size(), before + 2);
  http.last().head(405, "text/plain");
  http.last().end();
  loop.advance(300s);
  EXPECT_EQ(http.sent.size(), before + 2);  // it offers none
  EXPECT_EQ(heard.size(), 1u);
}

TEST_F(McpHttpTest, a_session_that_the_server_no_longer_knows_is_lost) {
  begin();
  auto& exchange = send(7, "{}");
  send(8, "{}");
  exchange.head(404, "text/plain");
  exchange.end();
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_THAT(heard[0], HasSubstr("7: POST https://docs.example/mcp: status 404"));
  EXPECT_THAT(heard[1], HasSubstr("lost: "));
  EXPECT_FALSE(http.last().open);
}

TEST_F(McpHttpTest, a_refusal_is_told_in_the_servers_words_without_secrets) {
  auto& exchange = send(1, "{}");
  exchange.head(401, "application/json");
  exchange.body(R"({"error":"key s3cret is not known"})");
  exchange.end();
  EXPECT_THAT(heard, ElementsAre("1: POST https://docs.example/mcp: status 401: key *** is not known"));
}

TEST_F(McpHttpTest, redirects_are_not_followed) {
  auto& exchange = send(1, "{}");
  exchange.head(307, "", {{"Location", "http://169.254.169.254/"}});
  exchange.end();
  EXPECT_EQ(http.sent.size(), 1u);
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_THAT(heard[0], HasSubstr("a redirect, which is not followed"));
}

TEST_F(McpHttpTest, requests_go_to_public_addresses_only) {
  auto& exchange = send(1, "{}");
  EXPECT_TRUE(exchange.call.admits("8.8.8.8"));
  for (const char* address : {"127.0.0.1", "169.254.169.254"}) EXPECT_FALSE(exchange.call.admits(address)) << address;
}

TEST_F(McpHttpTest, an_answer_that_never_comes_or_never_ends_is_told) {
  send(1, "{}").end(Error{Errc::timeout, "POST: took too long"});
  auto& silent = send(2, "{}");
  silent.head(200, "text/event-stream");
  silent.end();
  auto& endless = send(3, "{}");
  endless.head(200, "text/event-stream");
  endless.body("data: " + std::string(2 << 20, 'x'));
  auto& large = send(4, "{}");
  large.head(200, "application/json");
  large.body(std::string(2 << 20, 'x'));
  large.end();
  EXPECT_THAT(heard, ElementsAre("1: POST: took too long", "2: the exchange ended without an answer",
                                 HasSubstr("3: reading server-sent events"), HasSubstr("4: it answered with more")));
}

TEST_F(McpHttpTest, more_exchanges_than_its_bound_are_refused) {
  for (int i = 1; i <= 210; ++i) send(i, "{}");
  loop.run_ready();
  EXPECT_EQ(http.sent.size(), 200u);
  EXPECT_EQ(heard.size(), 10u);
}

TEST_F(McpHttpTest, closed_it_says_so_to_the_server_and_nothing_else_is_told) {
  begin();
  auto& open = send(7, "{}");
  bool gone = false;
  transport->close([&] {
    gone = true;
    transport.reset();
  });
  EXPECT_FALSE(open.open);
  auto& farewell = http.last();
  EXPECT_EQ(farewell.call.method, "DELETE");
  EXPECT_EQ(header(farewell, "Mcp-Session-Id"), "abc");
  EXPECT_EQ(farewell.call.deadline.at(), loop.now() + 1s);
  farewell.head(405, "");
  farewell.end();
  EXPECT_TRUE(gone);
  EXPECT_TRUE(heard.empty());
}

TEST_F(McpHttpTest, it_may_be_let_go_of_from_inside) {
  transport = connect_mcp_http(loop, http, {.name = "x", .url = "https://x.example"},
                               {.message = [this](std::string_view) { transport.reset(); },
                                .failed = [this](std::int64_t, Error) { transport.reset(); },
                                .lost = [](Error) {}});
  auto& exchange = send(1, "{}");
  exchange.head(200, "text/event-stream");
  exchange.body("data: a\n\ndata: b\n\n");
  EXPECT_FALSE(transport);
}

}  // namespace
}  // namespace offhook::tools

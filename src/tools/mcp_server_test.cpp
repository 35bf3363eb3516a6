#include "tools/mcp_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "net/virtual_loop.hpp"
#include "tools/mcp_scene_testing.hpp"

namespace offhook::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class McpServerTest : public ::testing::Test {
 protected:
  McpServerTest() {
    server.emplace(loop, McpAddress{.name = "crm", .secrets = {"s3cret"}}, scene.connect(),
                   McpServer::Limits{.calls = 3});
    server->start([this] { ++changes; });
    loop.run_ready();
  }
  void begin(const std::string& names = "ab") {
    scene.greet();
    scene.offer(names);
    loop.run_ready();
  }
  std::unique_ptr<net::Pending> call(const std::string& tool, Duration timeout = 4s) {
    auto handle = server->caller().call(loop, {"call-1", tool, R"({"when":"nine"})", timeout},
                                        [this](Told t) { told.push_back(t.text); });
    loop.run_ready();
    return handle;
  }
  std::string names() const {
    std::string out;
    for (const McpTool& tool : server->tools()) out += tool.name;
    return out;
  }

  net::VirtualLoop loop;
  McpScene scene;
  std::optional<McpServer> server;
  std::vector<std::string> told;
  int changes = 0;
};

TEST_F(McpServerTest, a_session_is_begun_and_its_tools_are_listed_page_by_page) {
  ASSERT_EQ(scene.sent.size(), 1u);
  EXPECT_FALSE(server->tried());
  scene.greet();
  EXPECT_EQ(scene.revision, "2025-06-18");
  ASSERT_EQ(scene.sent.size(), 3u);
  EXPECT_EQ(scene.sent[1].method, "notifications/initialized");
  EXPECT_LT(scene.sent[1].id, 0);
  scene.answer(R"({"nextCursor":"p2","tools":[{"name":"a","inputSchema":{},"annotations":{"readOnlyHint":true}}]})");
  EXPECT_EQ(text_in(*object_in(scene.sent.back().message, "params"), "cursor"), "p2");
  EXPECT_EQ(names(), "");
  scene.answer(R"({"tools":[{"name":"b","inputSchema":{},"annotations":{"idempotentHint":true}},{"name":"c"}]})");
  EXPECT_EQ(changes, 0) << "told from inside";
  loop.run_ready();
  EXPECT_EQ(changes, 1);
  EXPECT_TRUE(server->tried());
  ASSERT_EQ(names(), "ab");
  EXPECT_EQ(server->tools()[0].effect, McpTool::Effect::none);
  EXPECT_EQ(server->tools()[1].effect, McpTool::Effect::idempotent);
  EXPECT_THAT(server->left_out(), ElementsAre(HasSubstr("c: found no inputSchema")));
}

TEST_F(McpServerTest, a_list_without_end_has_one) {
  scene.greet();
  for (int page = 0; page < 100 && scene.sent.back().method == "tools/list" && !server->tried(); ++page)
    scene.answer(R"({"nextCursor":"more","tools":[]})");
  EXPECT_TRUE(server->tried());
  EXPECT_LE(scene.sent.size(), 40u);
}

TEST_F(McpServerTest, a_call_is_a_request_and_its_answer_is_told) {
  begin();
  const auto handle = call("a");
  const McpScene::Sent& sent = scene.sent.back();
  EXPECT_EQ(sent.method, "tools/call");
  json::object params = *object_in(sent.message, "params");
  EXPECT_EQ(object_in(params, "_meta")->at("progressToken"), sent.message.at("id"));
  params.erase("_meta");
  EXPECT_EQ(json::serialize(params), R"({"name":"a","arguments":{"when":"nine"}})");
  EXPECT_EQ(sent.deadline.at(), loop.now() + 4s);
  scene.answer(R"({"content":[{"type":"text","text":"booked, s3cret"}]})");
  EXPECT_TRUE(told.empty()) << "told from inside";
  loop.run_ready();
  EXPECT_THAT(told, ElementsAre("booked, ***"));
}

TEST_F(McpServerTest, a_call_that_takes_too_long_is_told_and_cancelled) {
  begin();
  const auto handle = call("a");
  const auto id = scene.sent.back().id;
  loop.advance(4s);
  EXPECT_THAT(told, ElementsAre("The tool did not return in time."));
  EXPECT_EQ(scene.sent.back().method, "notifications/cancelled");
  EXPECT_EQ(object_in(scene.sent.back().message, "params")->at("requestId").as_int64(), id);
  scene.say(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":{}})");
  loop.run_ready();
  EXPECT_EQ(told.size(), 1u);
}

TEST_F(McpServerTest, a_call_that_nobody_wants_any_more_is_cancelled_and_tells_nothing) {
  begin();
  auto handle = call("a");
  handle.reset();
  loop.run_ready();
  EXPECT_EQ(scene.sent.back().method, "notifications/cancelled");
  auto at_once = server->caller().call(loop, {"call-1", "a", "{}", 4s}, [this](Told t) { told.push_back(t.text); });
  at_once.reset();
  const std::size_t before = scene.sent.size();
  loop.run_ready();
  EXPECT_EQ(scene.sent.size(), before);
  EXPECT_TRUE(told.empty());
}

TEST_F(McpServerTest, what_the_server_asks_is_answered) {
  begin();
  scene.say(R"({"jsonrpc":"2.0","id":"x","method":"ping"})");
  EXPECT_EQ(json::serialize(scene.sent.back().message), R"({"jsonrpc":"2.0","id":"x","result":{}})");
  EXPECT_LT(scene.sent.back().id, 0);
  scene.say("Listening on port 8000");  // no message: dropped
  EXPECT_EQ(names(), "ab");
}

TEST_F(McpServerTest, a_list_that_has_changed_is_read_again_once_for_a_swarm) {
  begin();
  const std::size_t before = scene.sent.size();
  for (int i = 0; i < 5; ++i) scene.say(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
  loop.advance(1s);
  ASSERT_EQ(scene.sent.size(), before + 1);
  EXPECT_EQ(names(), "ab");  // until the new one is there
  scene.offer("abc");
  loop.run_ready();
  EXPECT_EQ(names(), "abc");
  EXPECT_EQ(changes, 2);
}

TEST_F(McpServerTest, a_server_that_is_down_is_tried_again_with_growing_delay) {
  scene.lose("it exited with status 127");
  loop.run_ready();
  EXPECT_TRUE(server->tried());
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(server->why(), "it exited with status 127");
  EXPECT_EQ(scene.sessions, 2);  // a first failure may be chance
  scene.lose();
  int last = 0;
  for (int i = 0; i < 60; ++i) {
    loop.advance(10s);
    if (scene.transport) scene.lose();
    last = scene.sessions;
  }
  EXPECT_GE(last, 10);
  EXPECT_LE(last, 25);
  EXPECT_EQ(changes, 1);
  while (!scene.transport) loop.advance(10s);
  begin();
  EXPECT_EQ(names(), "ab");
  EXPECT_EQ(server->why(), "");
  EXPECT_EQ(changes, 2);
}

TEST_F(McpServerTest, who_does_not_list_its_tools_in_time_is_lost) {
  scene.greet();
  loop.advance(60s);
  EXPECT_TRUE(server->tried());
  EXPECT_THAT(server->why(), HasSubstr("not listed its tools in time"));
  EXPECT_GE(scene.sessions, 2);
}

TEST_F(McpServerTest, a_call_waits_for_the_next_session_and_one_under_way_is_told_of_its_end) {
  begin();
  const auto under_way = call("a");
  scene.lose();
  EXPECT_EQ(names(), "ab");
  const auto waiting = call("b");
  EXPECT_THAT(told, ElementsAre("The tool failed on its side; it may work later."));
  ASSERT_TRUE(scene.transport);
  begin();
  EXPECT_EQ(scene.sent.back().method, "tools/call");
  scene.answer("{}");
  loop.run_ready();
  EXPECT_EQ(told.back(), "The tool succeeded and returned nothing.");
  EXPECT_EQ(changes, 1);
}

TEST_F(McpServerTest, tools_go_when_the_next_session_cannot_be_begun) {
  begin();
  scene.lose();
  loop.run_ready();
  const auto waiting = call("b");
  scene.lose();
  loop.run_ready();
  EXPECT_THAT(told, ElementsAre("The tool cannot be reached."));
  EXPECT_EQ(names(), "");
  EXPECT_EQ(changes, 2);
  const auto refused = call("a");
  EXPECT_EQ(told.size(), 2u);
}

TEST_F(McpServerTest, a_request_that_an_ended_session_has_not_looked_at_is_sent_again_once) {
  begin();
  const auto handle = call("a");
  const auto expire = [&] {
    const auto sink = scene.transport->sink;
    sink->failed(scene.sent.back().id, {Errc::not_found, "status 404"});
    sink->lost({Errc::not_found, "status 404"});
    loop.run_ready();
  };
  expire();
  EXPECT_TRUE(told.empty());
  begin();
  EXPECT_EQ(scene.sent.back().method, "tools/call");
  expire();
  EXPECT_EQ(told.size(), 1u);
}

TEST_F(McpServerTest, more_calls_than_its_bound_are_refused) {
  begin();
  std::vector<std::unique_ptr<net::Pending>> calls;
  for (int i = 0; i < 4; ++i) calls.push_back(call("a"));
  EXPECT_THAT(told, ElementsAre("The tool is busy; it may work later."));
}

TEST_F(McpServerTest, a_protocol_error_is_told_in_a_sentence) {
  begin();
  const auto handle = call("a");
  scene.say(R"({"jsonrpc":"2.0","id":)" + std::to_string(scene.sent.back().id) +
            R"(,"error":{"code":-32602,"message":"Unknown tool: a"}})");
  loop.run_ready();
  EXPECT_THAT(told, ElementsAre("The tool refused this: Unknown tool: a"));
}

TEST_F(McpServerTest, stopped_it_ends_its_session_and_begins_no_other) {
  begin();
  bool gone = false;
  server->stop([&] { gone = true; });
  ASSERT_TRUE(scene.closed);
  scene.closed();
  EXPECT_TRUE(gone);
  loop.advance(120s);
  EXPECT_EQ(scene.sessions, 1);
  const auto refused = call("a");
  EXPECT_THAT(told, ElementsAre("The tool cannot be reached."));
}

TEST_F(McpServerTest, a_caller_may_outlive_the_server) {
  begin();
  const McpServer::Caller caller = server->caller();
  server.reset();
  const auto handle = caller.call(loop, {"call-1", "a", "{}", 4s}, [this](Told t) { told.push_back(t.text); });
  loop.run_ready();
  EXPECT_THAT(told, ElementsAre("The tool cannot be reached."));
}

}  // namespace
}  // namespace offhook::tools

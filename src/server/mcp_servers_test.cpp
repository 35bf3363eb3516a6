#include "server/mcp_servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <set>

namespace offhook::server {
namespace {

using ::testing::HasSubstr;

// Lists two tools, and says what it was called with.
constexpr const char* kServer = R"(
while read -r line; do
  id=${line#*\"id\":}; id=${id%%,*}
  case $line in
    *'"initialize"'*) r='{"protocolVersion":"2025-06-18","capabilities":{"tools":{}}}' ;;
    *tools/list*) r='{"tools":[{"name":"find","inputSchema":{},"annotations":{"readOnlyHint":true}},{"name":"book","inputSchema":{}}]}' ;;
    *tools/call*) r='{"content":[{"type":"text","text":"found"}]}' ;;
    *) continue ;;
  esac
  echo "{\"jsonrpc\":\"2.0\",\"id\":${id%\}},\"result\":$r}"
done)";

class McpServersTest : public ::testing::Test {
 protected:
  McpServersTest() {
    AgentFile with, without;
    with.mcp = {McpEntry{.address = {.name = "crm", .command = {"sh", "-c", kServer}}},
                McpEntry{.address = {.name = "absent", .command = {"no-such-program-of-ours"}}}};
    agents = {without, with};
    loop.start();
    on([&] {
      http = net::HttpClient::create(loop);
      servers = std::make_unique<McpServers>(loop, *http, agents, [this](std::size_t agent) { changed.insert(agent); });
    });
  }
  ~McpServersTest() override {
    on([&] {
      servers.reset();
      http.reset();
    });
  }
  void on(const std::function<void()>& task) {
    std::promise<void> done;
    loop.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }
  void settle() {
    std::promise<void> settled;
    on([&] { servers->start(20s, [&] { settled.set_value(); }); });
    settled.get_future().wait();
  }

  std::vector<AgentFile> agents;
  std::set<std::size_t> changed;
  net::EventLoop loop{"loop"};
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<McpServers> servers;
};

TEST_F(McpServersTest, all_are_waited_for_and_one_that_is_not_there_takes_nothing_from_the_others) {
  settle();
  on([&] {
    const McpOffer& offer = servers->offer(1);
    ASSERT_EQ(offer.tools.size(), 2u);
    EXPECT_EQ(offer.tools[0].tool.name, "find");
    EXPECT_EQ(offer.tools[0].settings.effect, call::Effect::none);
    EXPECT_EQ(offer.tools[1].settings.effect, call::Effect::once);
    EXPECT_TRUE(servers->offer(0).tools.empty());
    EXPECT_EQ(changed, std::set<std::size_t>{1});
    EXPECT_THAT(servers->servers(1)[1]->why(), HasSubstr("there is no such program in PATH"));
  });
}

TEST_F(McpServersTest, what_is_offered_can_be_called_from_another_loop) {
  settle();
  net::EventLoop other("other");
  other.start();
  tools::McpServer::Caller caller;
  on([&] { caller = servers->caller(1, 0); });
  std::promise<std::string> told;
  std::unique_ptr<net::Pending> pending;
  other.post([&] {
    pending = caller.call(other, {"call-1", "find", "{}", 10s}, [&](tools::Told t) {
      EXPECT_TRUE(other.is_home());
      pending.reset();
      told.set_value(t.text);
    });
  });
  EXPECT_EQ(told.get_future().get(), "found");
  on([] {});  // where the handle was dropped too
}

TEST_F(McpServersTest, stopped_they_are_gone) {
  settle();
  std::promise<void> stopped;
  on([&] { servers->stop([&] { stopped.set_value(); }); });
  stopped.get_future().wait();
}

}  // namespace
}  // namespace offhook::server

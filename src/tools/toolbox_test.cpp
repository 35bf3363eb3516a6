#include "tools/toolbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "inference/pool_testing.hpp"
#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"
#include "tools/mcp_scene_testing.hpp"

namespace offhook::tools {
namespace {

class ToolboxTest : public testing::Test {
 protected:
  ToolboxTest() {
    Tool book;
    book.name = "book";
    book.parameters = R"({"type":"object","properties":{"when":{"type":"string"}},"required":["when"]})";
    book.timeout = 4s;
    book.http.url = "https://crm.example/book";
    book.http.headers = {{"Authorization", "Bearer s3cret"}};
    book.http.secrets = {"s3cret"};
    toolbox = std::make_unique<Toolbox>(loop, http, std::vector<Tool>{book});
  }
  void call(std::string_view name, std::string_view arguments) {
    const std::size_t before = told.size();
    pending = toolbox->call("call-1", name, arguments, [this](Told t) {
      told.push_back(std::move(t));
      pending.reset();  // as a call does
    });
    EXPECT_EQ(told.size(), before) << "told from inside";
    loop.run_ready();
  }

  net::VirtualLoop loop;
  net::FakeHttp http;
  std::unique_ptr<Toolbox> toolbox;
  std::unique_ptr<net::Pending> pending;
  std::vector<Told> told;
};

TEST_F(ToolboxTest, a_call_is_a_request_and_its_answer_is_told) {
  call("book", R"({"when":"nine"})");
  ASSERT_EQ(http.sent.size(), 1u);
  const auto& request = http.last().call;
  EXPECT_EQ(request.method + " " + request.url + " " + request.body,
            R"(POST https://crm.example/book {"when":"nine"})");
  EXPECT_EQ(net::find_header(request.headers, "Authorization"), "Bearer s3cret");
  EXPECT_EQ(request.deadline.at(), loop.now() + 4s);
  EXPECT_LE(request.max_body, std::size_t{1} << 20);
  http.last().head(200, "application/json");
  http.last().body("{\"id\":");
  http.last().body("7}");
  http.last().end();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].ok);
  EXPECT_EQ(told[0].text, "{\"id\":7}");
}

TEST_F(ToolboxTest, arguments_that_do_not_fit_are_told_and_nothing_is_sent) {
  call("book", R"({"when":9})");
  call("fly", "{}");
  EXPECT_TRUE(http.sent.empty());
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].text, "The argument \"when\" is 9, expected a string.");
  EXPECT_EQ(told[1].text, "There is no tool of that name.");
}

TEST_F(ToolboxTest, requests_go_to_public_addresses_only) {
  call("book", R"({"when":"nine"})");
  EXPECT_TRUE(http.last().call.admits("8.8.8.8"));
  for (const char* address : {"127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"})
    EXPECT_FALSE(http.last().call.admits(address)) << address;
}

TEST_F(ToolboxTest, a_cancelled_call_tells_nothing) {
  call("book", R"({"when":"nine"})");
  pending.reset();
  EXPECT_FALSE(http.last().open);
  pending = toolbox->call("call-1", "fly", "{}", [this](Told t) { told.push_back(std::move(t)); });
  pending.reset();
  loop.run_ready();
  EXPECT_TRUE(told.empty());
}

TEST_F(ToolboxTest, a_tool_of_an_mcp_server_is_called_there_by_its_own_name) {
  McpScene scene;
  McpServer crm(loop, McpAddress{.name = "crm"}, scene.connect());
  crm.start([] {});
  loop.run_ready();
  scene.greet();
  scene.offer("a");
  const std::string schema = R"({"type":"object","properties":{"n":{"type":"integer"},"x":{"$ref":"#/x"}}})";
  toolbox->know({{"crm_a", schema, 4s, crm.caller(), "a"}});
  call("crm_a", R"({"n":"one"})");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].text, "The argument \"n\" is \"one\", expected an integer.");
  call("crm_a", R"({"n":1,"x":[]})");
  EXPECT_EQ(json::serialize(*object_in(*object_in(scene.sent.back().message, "params"), "arguments")),
            R"({"n":1,"x":[]})");
  scene.answer(R"({"content":[{"type":"text","text":"one"}]})");
  loop.run_ready();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].text, "one");
  toolbox->know({});  // it has gone: who was told of it may still ask
  call("crm_a", "{}");
  EXPECT_EQ(scene.sent.back().method, "tools/call");
}

TEST_F(ToolboxTest, a_failure_tells_nothing_internal) {
  call("book", R"({"when":"nine"})");
  http.last().end(Error{Errc::refused, "POST https://crm.example/book: 10.0.0.7 may not be connected to"});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_FALSE(told[0].ok);
  EXPECT_EQ(told[0].text, "The tool cannot be reached.");
}

TEST_F(ToolboxTest, a_folder_is_searched_and_what_is_found_is_told_with_its_place) {
  const VirtualClock clock;
  inference::Pool pool(clock, 1, 2);
  std::string dir = testing::TempDir() + "toolbox-XXXXXX";
  ASSERT_NE(::mkdtemp(dir.data()), nullptr);
  auto folder = knowledge::Knowledge::open(OFFHOOK_SOURCE_DIR "/tests/data/knowledge", dir, pool, clock);
  ASSERT_TRUE(folder.ok()) << folder.error().what;
  Tool look_up;
  look_up.name = "look_up";
  look_up.parameters = R"({"type":"object","properties":{"question":{"type":"string"}},"required":["question"]})";
  toolbox = std::make_unique<Toolbox>(loop, http, std::vector<Tool>{look_up});
  toolbox->search("look_up", **folder);

  const auto ask = [&](std::string_view arguments) {
    const std::size_t before = told.size();
    call("look_up", arguments);
    EXPECT_TRUE(loop.wait_until([&] { return told.size() > before; }));
  };
  ask(R"({"question":"Does anyone speak Swedish?"})");
  EXPECT_TRUE(told.back().ok);
  EXPECT_THAT(told.back().text, testing::StartsWith("[team.md:"));
  EXPECT_THAT(told.back().text, testing::HasSubstr("Swedish"));
  ask(R"({"question":"xyzzy"})");
  EXPECT_EQ(told.back().text, "Nothing was found about this: do not guess.");
  ask(R"({"question":7})");
  EXPECT_FALSE(told.back().ok);
  EXPECT_TRUE(http.sent.empty());
  inference::wait_until_free(pool, 1);
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace offhook::tools

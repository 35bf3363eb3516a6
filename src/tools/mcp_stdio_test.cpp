#include "tools/mcp_stdio.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <future>
#include <mutex>

namespace offhook::tools {
namespace {

using ::testing::HasSubstr;

// A shell script as the server.
class McpStdioTest : public ::testing::Test {
 protected:
  McpStdioTest() { loop.start(); }
  ~McpStdioTest() override {
    on([&] { transport.reset(); });
  }
  void on(const std::function<void()>& task) {
    std::promise<void> done;
    loop.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }
  void start(const std::string& script, std::vector<std::pair<std::string, std::string>> environment = {}) {
    start(McpAddress{.name = "crm", .command = {"sh", "-c", script}, .environment = std::move(environment)});
  }
  void start(const McpAddress& address) {
    on([&] {
      transport = connect_mcp_stdio(
          loop, address,
          {.message = [this](std::string_view text) { note(text); },
           .failed = [this](std::int64_t id, Error why) { note(std::to_string(id) + ": " + why.what); },
           .lost = [this](Error why) { note("lost: " + why.what); }});
    });
  }
  void send(std::int64_t id, const std::string& text) {
    on([&] { transport->send(id, text, Deadline::never()); });
  }
  void close() {
    on([&] { transport->close([this] { note("closed"); }); });
  }
  void note(std::string_view text) {
    const std::lock_guard lock(mutex);
    heard_ += std::string(text) + "\n";
    noted.notify_all();
  }
  std::string heard() {
    const std::lock_guard lock(mutex);
    return heard_;
  }
  bool hears(const std::string& text) {
    std::unique_lock lock(mutex);
    return noted.wait_for(lock, std::chrono::seconds(20), [&] { return heard_.find(text) != std::string::npos; });
  }

  net::EventLoop loop{"loop"};
  std::unique_ptr<McpTransport> transport;
  std::mutex mutex;
  std::condition_variable noted;
  std::string heard_;
};

TEST_F(McpStdioTest, a_message_is_a_line_each_way) {
  start(R"(while read -r line; do echo "got $line"; echo; done)");
  send(1, "{}");
  send(-1, "[]");
  EXPECT_TRUE(hears("got {}\ngot []\n"));
}

TEST_F(McpStdioTest, it_sees_path_home_and_what_it_is_given) {
  ::setenv("OFFHOOK_TEST_SECRET", "s3cret", 1);
  start("env; echo done", {{"TOKEN", "abc"}});
  ASSERT_TRUE(hears("done\n"));
  ::unsetenv("OFFHOOK_TEST_SECRET");
  EXPECT_THAT(heard(), HasSubstr("TOKEN=abc\n"));
  EXPECT_THAT(heard(), HasSubstr("PATH="));
  EXPECT_THAT(heard(), HasSubstr("HOME="));
  EXPECT_EQ(heard().find("s3cret"), std::string::npos);
}

TEST_F(McpStdioTest, its_end_is_told_with_what_it_last_wrote) {
  start("echo 'no module named crm' >&2; exit 3");
  EXPECT_TRUE(hears("lost: it exited with status 3; it last wrote: no module named crm\n"));
  send(1, "{}");
  close();
  EXPECT_TRUE(hears("closed"));
  EXPECT_EQ(heard().find("1: "), std::string::npos);  // nothing behind the end
}

TEST_F(McpStdioTest, so_is_a_program_that_is_not_there) {
  start(McpAddress{.name = "crm", .command = {"no-such-program-of-ours"}});
  EXPECT_TRUE(hears("lost: starting no-such-program-of-ours: there is no such program in PATH"));
}

TEST_F(McpStdioTest, who_closes_its_output_and_lives_on_is_ended) {
  start("exec >&-; sleep 600");
  EXPECT_TRUE(hears("lost: it has closed its output\n"));
}

TEST_F(McpStdioTest, a_line_without_end_is_the_end) {
  start("head -c 3000000 /dev/zero | tr '\\0' x; sleep 600");
  EXPECT_TRUE(hears("lost: it sent a line of more than 1048576 bytes"));
}

TEST_F(McpStdioTest, closed_it_sees_the_end_of_its_input_and_is_given_time) {
  const std::string file = ::testing::TempDir() + "mcp_stdio_" + std::to_string(::getpid());
  start("cat >/dev/null; echo farewell >" + file);
  close();
  EXPECT_TRUE(hears("closed"));
  EXPECT_EQ(::access(file.c_str(), F_OK), 0);
  ::unlink(file.c_str());
  EXPECT_EQ(heard(), "closed\n");
}

TEST_F(McpStdioTest, who_ignores_that_is_killed) {
  start("trap '' TERM; echo up; while :; do sleep 1; done");
  ASSERT_TRUE(hears("up\n"));
  close();
  EXPECT_TRUE(hears("closed"));
}

}  // namespace
}  // namespace offhook::tools

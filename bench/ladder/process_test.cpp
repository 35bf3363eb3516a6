#include "ladder/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace offhook::ladder {
namespace {

using testing::HasSubstr;

class ProcessTest : public testing::Test {
 protected:
  ProcessTest() { EXPECT_TRUE(::mkdtemp(dir_.data())); }
  ~ProcessTest() override { std::filesystem::remove_all(dir_); }

  Result<Process> shell(const std::string& script, Duration patience) {
    return Process::start({"/bin/sh", "-c", script}, log(), first_core(), patience);
  }
  std::string log() const { return dir_ + "/log"; }
  std::string said() const {
    std::ifstream in(log());
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void wait_until_said(const std::string& what) {
    for (int i = 0; i < 1000 && said().find(what) == std::string::npos; ++i) ::poll(nullptr, 0, 10);
    ASSERT_THAT(said(), HasSubstr(what));
  }
  static int first_core() {
    cpu_set_t cores;
    ::sched_getaffinity(0, sizeof cores, &cores);
    int core = 0;
    while (!CPU_ISSET(static_cast<std::size_t>(core), &cores)) ++core;
    return core;
  }

  std::string dir_ = (std::filesystem::temp_directory_path() / "process.XXXXXX").string();
};

TEST_F(ProcessTest, runs_on_its_core_alone_and_we_on_those_of_before) {
  cpu_set_t before, after;
  ::sched_getaffinity(0, sizeof before, &before);
  auto process = shell("grep Cpus_allowed_list /proc/self/status; echo done", 5s);
  ASSERT_TRUE(process) << process.error().what;
  ::sched_getaffinity(0, sizeof after, &after);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
  wait_until_said("done");
  EXPECT_THAT(said(), HasSubstr("Cpus_allowed_list:\t" + std::to_string(first_core()) + "\n"));
  EXPECT_EQ(process->last_words(), "done");
}

TEST_F(ProcessTest, is_told_to_end_and_given_time_to) {
  {
    auto process = shell("trap 'echo goodbye; exit 0' TERM; echo up; while :; do sleep 0.05; done", 10s);
    ASSERT_TRUE(process) << process.error().what;
    wait_until_said("up");
  }
  EXPECT_THAT(said(), HasSubstr("goodbye"));
}

TEST_F(ProcessTest, that_does_not_want_to_end_is_killed) {
  pid_t pid = 0;
  {
    auto process = shell("trap '' TERM; echo up; while :; do sleep 0.05; done", 100ms);
    ASSERT_TRUE(process) << process.error().what;
    wait_until_said("up");
    pid = process->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST_F(ProcessTest, on_a_core_that_is_not_there_is_not_started) {
  for (const int core : {-1, 1023, 1 << 20}) {
    const auto process = Process::start({"/bin/true"}, log(), core);
    ASSERT_FALSE(process) << core;
    EXPECT_THAT(process.error().what, HasSubstr("pinning to core " + std::to_string(core)));
  }
}

}  // namespace
}  // namespace offhook::ladder

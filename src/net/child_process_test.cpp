#include "net/child_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

namespace offhook::net {
namespace {

std::string wait_for_end(ChildProcess& child) {
  siginfo_t info;
  ::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT);
  return child.ended().value_or("still runs");
}

std::string output_of(std::vector<std::string> command, std::string without = {}) {
  const std::string file = ::testing::TempDir() + "child_output_" + std::to_string(::getpid());
  std::filesystem::remove(file);
  auto child =
      ChildProcess::spawn({.command = std::move(command), .output = file, .without_environment = std::move(without)});
  if (!child) return child.error().what;
  wait_for_end(*child);
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  std::filesystem::remove(file);
  return text.str();
}

TEST(ChildProcess, says_how_it_ended) {
  auto child = ChildProcess::spawn({.command = {"/bin/sh", "-c", "exit 3"}});
  ASSERT_TRUE(child) << child.error().what;
  EXPECT_EQ(wait_for_end(*child), "exited with status 3");
  EXPECT_EQ(*child->ended(), "exited with status 3");
  auto killed = ChildProcess::spawn({.command = {"/bin/sleep", "600"}});
  EXPECT_FALSE(killed->ended());
  killed->signal(SIGTERM);
  EXPECT_EQ(wait_for_end(*killed), "killed by signal 15");
}

TEST(ChildProcess, a_program_that_cannot_be_run_is_an_error_and_leaves_no_zombie) {
  EXPECT_EQ(ChildProcess::spawn({.command = {"/no/such/program"}}).error().code, Errc::not_found);
  EXPECT_EQ(ChildProcess::spawn({.command = {"/etc/passwd"}}).error().code, Errc::invalid);
  EXPECT_EQ(ChildProcess::spawn({.command = {"/bin/true"}, .output = "/no/such/folder/log"}).error().code,
            Errc::invalid);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ChildProcess, runs_at_low_priority_in_a_group_of_its_own) {
  auto child = ChildProcess::spawn({.command = {"/bin/sleep", "600"}, .nice = 10});
  ASSERT_TRUE(child);
  EXPECT_EQ(::getpgid(child->pid()), child->pid());
  EXPECT_GE(::getpriority(PRIO_PROCESS, static_cast<id_t>(child->pid())), 10);
}

TEST(ChildProcess, inherits_no_descriptor_even_of_code_that_forgot_to_say_so) {
  const int careless = ::open("/dev/null", O_RDONLY);
  EXPECT_EQ(output_of({"/bin/ls", "/proc/self/fd"}), "0\n1\n2\n3\n");  // 3 is the folder that ls reads
  ::close(careless);
}

TEST(ChildProcess, does_not_see_the_variables_kept_from_it) {
  ::setenv("LLAMA_ARG_PORT", "1", 1);
  ::setenv("LLAM", "seen", 1);
  const std::string seen = output_of({"/usr/bin/env"}, "LLAMA_");
  EXPECT_EQ(seen.find("LLAMA_ARG_PORT"), std::string::npos);
  EXPECT_NE(seen.find("LLAM=seen"), std::string::npos);
  ::unsetenv("LLAMA_ARG_PORT");
  ::unsetenv("LLAM");
}

TEST(ChildProcess, piped_it_hears_us_and_we_hear_it) {
  auto child = ChildProcess::spawn({.command = {"/bin/sh", "-c", "read line; echo \"heard $line\"; echo oops >&2"},
                                    .piped = true,
                                    .environment = {{{"PATH", "/bin"}}}});
  ASSERT_TRUE(child) << child.error().what;
  ASSERT_EQ(::send(child->pipes().input.get(), "you\n", 4, MSG_NOSIGNAL), 4);
  EXPECT_EQ(wait_for_end(*child), "exited with status 0");
  char bytes[64];
  EXPECT_EQ(std::string(bytes, static_cast<std::size_t>(::read(child->pipes().output.get(), bytes, 64))),
            "heard you\n");
  EXPECT_EQ(std::string(bytes, static_cast<std::size_t>(::read(child->pipes().errors.get(), bytes, 64))), "oops\n");
  EXPECT_EQ(::send(child->pipes().input.get(), "you\n", 4, MSG_NOSIGNAL), -1);
  EXPECT_EQ(errno, EPIPE);
}

TEST(ChildProcess, sees_the_environment_it_is_given_and_nothing_else) {
  const std::string file = ::testing::TempDir() + "child_environment_" + std::to_string(::getpid());
  auto child = ChildProcess::spawn(
      {.command = {"/usr/bin/env"}, .output = file, .environment = {{{"TOKEN", "s3cret"}, {"HOME", "/home/a"}}}});
  ASSERT_TRUE(child) << child.error().what;
  wait_for_end(*child);
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  std::filesystem::remove(file);
  EXPECT_EQ(text.str(), "TOKEN=s3cret\nHOME=/home/a\n");
}

TEST(ChildProcess, a_program_is_found_as_a_shell_finds_it) {
  EXPECT_EQ(find_program("sh", "/nowhere::/bin"), "/bin/sh");
  EXPECT_EQ(find_program("/bin/sh", ""), "/bin/sh");
  for (const char* none : {"no-such-program", "/etc/passwd", "", "."}) EXPECT_EQ(find_program(none, "/bin:/etc"), "");
}

TEST(ChildProcess, does_not_outlive_the_thread_that_started_it) {
  std::optional<ChildProcess> child;
  std::thread([&] { child.emplace(*ChildProcess::spawn({.command = {"/bin/sleep", "600"}})); }).join();
  EXPECT_EQ(wait_for_end(*child), "killed by signal 9");
}

TEST(ChildProcess, is_killed_and_reaped_with_its_owner) {
  pid_t pid = -1;
  {
    auto child = ChildProcess::spawn({.command = {"/bin/sh", "-c", "trap '' TERM INT HUP; sleep 600"}});
    pid = child->pid();
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

}  // namespace
}  // namespace offhook::net

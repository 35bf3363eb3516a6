#include "load/process_use.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <vector>

namespace offhook::load {
namespace {

TEST(ProcessUse, is_read_behind_a_name_that_looks_like_fields) {
  const char* line =
      "4242 (a) R 9 (b) S 1 4242 4242 0 -1 4194560 77000 1 12 0 150 50 3 4 20 0 9 0 123456 1000000000 2500 "
      "18446744073709551615 1 1 0 0";
  EXPECT_EQ(parse_stat(line, 100, 4096), (ProcessUse{2.0, 10.24}));
}

TEST(ProcessUse, what_is_cut_off_or_something_else_is_none) {
  for (const char* line : {"", "4242 (offhook", "4242 (offhook) S 1 4242 4242 0", "x) a b c"})
    EXPECT_FALSE(parse_stat(line, 100, 4096)) << line;
  EXPECT_FALSE(process_use(0));
}

TEST(ProcessUse, of_a_process_and_its_child_is_more_than_of_either) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // lives until the other end is closed
    ::close(pipe_ends[1]);
    char byte;
    [[maybe_unused]] const auto n = ::read(pipe_ends[0], &byte, 1);
    ::_exit(0);
  }
  while (std::clock() < CLOCKS_PER_SEC / 20) {  // 50 ms, 5 ticks
  }
  const auto both = process_use(::getpid()), alone = process_use(child);
  ::close(pipe_ends[1]);
  ::close(pipe_ends[0]);
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(both && alone);
  EXPECT_GT(alone->rss_mb, 0.1);
  EXPECT_GT(both->rss_mb, alone->rss_mb + 1);
  EXPECT_GE(both->cpu_s, 0.02);
}

}  // namespace
}  // namespace offhook::load

#include "net/thread_priority.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace offhook::net {
namespace {

int nice_of_this_thread() {
  return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
}

TEST(ThreadPriority, lowers_the_calling_thread_and_no_other) {
  const int before = nice_of_this_thread();
  bool lowered = false, again = false;
  int inside = -100;
  std::thread([&] {
    lowered = lower_this_thread();
    again = lower_this_thread();
    inside = nice_of_this_thread();
  }).join();
  EXPECT_TRUE(lowered && again);
  EXPECT_EQ(inside, std::min(19, before + 10));
  EXPECT_EQ(nice_of_this_thread(), before);
}

TEST(ThreadPriority, a_long_name_is_cut_to_what_the_kernel_keeps) {
  char name[16] = {};
  std::thread([&] {
    name_this_thread("a-name-longer-than-fifteen");
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
  }).join();
  EXPECT_STREQ(name, "a-name-longer-t");
}

}  // namespace
}  // namespace offhook::net

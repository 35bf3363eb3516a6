// Fifty frames a second and call, for hours: none of them asks for memory. What happens once a turn may.
#include "call/steady_state_testing.hpp"

#include <gtest/gtest.h>

#include "base/allocations_testing.hpp"

namespace offhook::call {
namespace {

// How often memory was asked for.
long run(SteadyCall& call, Duration length, bool speaks) {
  const long before = allocation_count();
  call.run(length, speaks);
  return allocation_count() - before;
}

TEST(SteadyState, asks_for_no_memory_while_the_agent_speaks_and_while_nobody_does) {
  if (!counts_allocations()) GTEST_SKIP() << "built without a sanitizer that counts";
  SteadyCall call;
  call.run(5s, false);
  const int sent = call.frames_sent();
  EXPECT_EQ(run(call, 10s, false), 0) << "the agent speaks";
  EXPECT_GE(call.frames_sent() - sent, 499);
  call.run(5s, false);
  const int over = call.frames_sent();
  EXPECT_EQ(run(call, 5s, false), 0) << "nobody speaks";
  EXPECT_EQ(call.frames_sent(), over);
}

TEST(SteadyState, asks_for_no_memory_while_the_caller_speaks) {
  if (!counts_allocations()) GTEST_SKIP() << "built without a sanitizer that counts";
  SteadyCall call;
  call.run(21s, false);
  call.run(2s, true);
  EXPECT_EQ(run(call, 5s, true), 0);
}

}  // namespace
}  // namespace offhook::call

// What tests need to know of a pool's threads.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <memory>

#include "inference/pool.hpp"

namespace offhook::inference {

// Returns when all `threads` of `pool` have been free at once: what a test has cancelled may still be under way, and
// would tell it to a loop that is gone. Expects that no more jobs are handed in meanwhile.
inline void wait_until_free(Pool& pool, int threads = 2) {
  const auto all = std::make_shared<std::latch>(threads + 1);
  const auto meet = [all] { all->arrive_and_wait(); };
  for (int i = 0; i < threads; ++i) {
    ASSERT_TRUE(pool.submit({.wanted = Time::max(), .deadline = Deadline::never(), .run = meet, .expired = meet}).ok());
  }
  all->arrive_and_wait();
}

// Keeps all `threads` of `pool` busy until the promise is kept.
[[nodiscard]] inline std::promise<void> occupy(Pool& pool, int threads = 2) {
  std::promise<void> let_go;
  const std::shared_future<void> wait = let_go.get_future().share();
  for (int i = 0; i < threads; ++i) {
    std::promise<void> begun;
    EXPECT_TRUE(pool.submit({.wanted = Time{},
                             .deadline = Deadline::never(),
                             .run = [&begun, wait] { begun.set_value(), wait.wait(); },
                             .expired = [] {}}));
    begun.get_future().wait();
  }
  return let_go;
}

}  // namespace offhook::inference

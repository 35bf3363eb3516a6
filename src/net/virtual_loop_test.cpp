#include "net/virtual_loop.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace offhook::net {
namespace {

TEST(VirtualLoop, time_moves_only_when_told_to_and_every_timer_sees_its_own_moment) {
  VirtualLoop loop;
  std::vector<Time> seen;
  Timer late(loop, [&] { seen.push_back(loop.now()); });
  Timer soon(loop, [&] { seen.push_back(loop.now()); });
  late.after(30ms);
  soon.after(10ms);
  loop.run_ready();
  EXPECT_TRUE(seen.empty());
  loop.advance(29999us);
  EXPECT_EQ(seen, (std::vector<Time>{Time{10ms}}));
  loop.advance(1us);
  EXPECT_EQ(seen, (std::vector<Time>{Time{10ms}, Time{30ms}}));
  EXPECT_EQ(loop.now(), Time{30ms});
}

TEST(VirtualLoop, timers_armed_on_the_way_fire_on_the_way) {
  VirtualLoop loop;
  std::vector<Duration> seen;
  std::optional<Timer> timer;
  timer.emplace(loop, [&] {
    seen.push_back(loop.now().time_since_epoch());
    timer->after(20ms);
  });
  timer->after(20ms);
  loop.advance(100ms);
  EXPECT_EQ(seen, (std::vector<Duration>{20ms, 40ms, 60ms, 80ms, 100ms}));
}

TEST(VirtualLoop, tasks_run_in_the_order_posted_never_inside_post) {
  VirtualLoop loop;
  std::vector<int> ran;
  loop.post([&] {
    loop.post([&] { ran.push_back(3); });
    ran.push_back(1);
  });
  loop.post([&] { ran.push_back(2); });
  EXPECT_TRUE(ran.empty());
  loop.run_ready();
  EXPECT_EQ(ran, (std::vector<int>{1, 2, 3}));
}

TEST(VirtualLoop, a_stall_makes_timers_late_by_as_much) {
  VirtualLoop loop;
  Duration late{};
  std::optional<Timer> timer;
  timer.emplace(loop, [&] { late = loop.now() - timer->due(); });
  timer->after(10ms);
  loop.post([&] { loop.stall(45ms); });
  loop.run_ready();
  EXPECT_EQ(late, 35ms);
}

TEST(VirtualLoop, tasks_of_other_threads_are_waited_for) {
  VirtualLoop loop;
  int ran = 0;
  std::thread worker([&] {
    for (int i = 0; i < 100; ++i) loop.post([&] { ++ran; });
  });
  EXPECT_TRUE(loop.wait_until([&] { return ran == 100; }));
  worker.join();
  EXPECT_EQ(loop.now(), Time{}) << "real time is not the loop's";
}

TEST(VirtualLoop, waiting_ends_at_its_bound) {
  VirtualLoop loop;
  EXPECT_FALSE(loop.wait_until([] { return false; }, std::chrono::seconds(0)));
}

TEST(VirtualLoop, is_at_home_on_the_thread_that_made_it) {
  VirtualLoop loop;
  bool elsewhere = true;
  std::thread([&] { elsewhere = loop.is_home(); }).join();
  EXPECT_TRUE(loop.is_home());
  EXPECT_FALSE(elsewhere);
}

TEST(VirtualLoop, drops_what_is_queued_at_its_end_with_all_that_it_owns) {
  const auto witness = std::make_shared<int>();
  bool ran = false;
  {
    VirtualLoop loop;
    auto timer = std::make_shared<Timer>(loop, [] {});
    timer->after(1ms);
    loop.post([&ran, witness, timer = std::move(timer)] { ran = true; });
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(VirtualLoopDeathTest, says_so_when_it_never_comes_to_rest) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        VirtualLoop loop;
        std::optional<Timer> timer;
        timer.emplace(loop, [&] { timer->at(loop.now()); });
        timer->after(0ms);
        loop.run_ready();
      },
      "virtual_loop_never_rests");
}

}  // namespace
}  // namespace offhook::net

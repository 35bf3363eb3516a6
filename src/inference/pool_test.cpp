#include "inference/pool.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace offhook::inference {
namespace {

// What the pool's threads have done, to be waited for.
class Record {
 public:
  void add(std::string what) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(what));
    changed_.notify_all();
  }
  std::vector<std::string> wait_for(std::size_t n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return entries_.size() >= n; });
    return entries_;
  }
  std::function<void()> adds(std::string what) {
    return [this, what = std::move(what)] { add(what); };
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> entries_;
};

// Keeps a thread busy until let go, so that the queue behind it can be arranged and the clock moved.
class Plug {
 public:
  Job job() {
    return {Time{}, Deadline::never(), [this] { hold(); }, [] {}};
  }
  void wait_until_held() {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return held_; }));
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    free_ = true;
    changed_.notify_all();
  }

 private:
  void hold() {
    std::unique_lock lock(mutex_);
    held_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return free_; });
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false, free_ = false;
};

using Strings = std::vector<std::string>;

Time at(Duration d) {
  return Time{} + d;
}

TEST(Pool, takes_what_is_wanted_first_and_equals_in_order) {
  VirtualClock clock;
  Record record;
  Plug plug;
  Pool pool(clock, 1);
  ASSERT_TRUE(pool.submit(plug.job()));
  plug.wait_until_held();
  ASSERT_TRUE(pool.submit({at(30ms), Deadline::never(), record.adds("30"), {}}));
  ASSERT_TRUE(pool.submit({at(10ms), Deadline::never(), record.adds("10 a"), {}}));
  ASSERT_TRUE(pool.submit({at(20ms), Deadline::never(), record.adds("20"), {}}));
  ASSERT_TRUE(pool.submit({at(10ms), Deadline::never(), record.adds("10 b"), {}}));
  plug.let_go();
  EXPECT_EQ(record.wait_for(4), (Strings{"10 a", "10 b", "20", "30"}));
}

TEST(Pool, a_job_past_its_deadline_is_told_and_not_run) {
  VirtualClock clock;
  Record record;
  Plug plug, last;
  Pool pool(clock, 1);
  ASSERT_TRUE(pool.submit(plug.job()));
  plug.wait_until_held();
  ASSERT_TRUE(pool.submit({at(1ms), Deadline(at(100ms)), record.adds("ran"), record.adds("told")}));
  ASSERT_TRUE(pool.submit({at(90ms), Deadline(at(50ms)), record.adds("late ran"), record.adds("late told")}));
  clock.advance(50ms);  // "not begun by": at the deadline it is too late
  plug.let_go();
  EXPECT_EQ(record.wait_for(2), (Strings{"late told", "ran"}));
  ASSERT_TRUE(pool.submit(last.job()));
  last.wait_until_held();
  EXPECT_EQ(pool.health().expired, 1u);
  EXPECT_EQ(pool.health().done, 2u);
  last.let_go();
}

TEST(Pool, refuses_when_full_and_accepts_again) {
  VirtualClock clock;
  Record record;
  Plug plug;
  Pool pool(clock, 1, 2);
  ASSERT_TRUE(pool.submit(plug.job()));
  plug.wait_until_held();
  ASSERT_TRUE(pool.submit({at(1ms), Deadline::never(), record.adds("a"), {}}));
  ASSERT_TRUE(pool.submit({at(2ms), Deadline::never(), record.adds("b"), {}}));
  const auto third = pool.submit({at(0ms), Deadline::never(), record.adds("c"), {}});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::full);
  EXPECT_EQ(pool.health().refused, 1u);
  EXPECT_EQ(pool.health().queued, 2);
  plug.let_go();
  record.wait_for(2);
  ASSERT_TRUE(pool.submit({at(0ms), Deadline::never(), record.adds("d"), {}}));
  EXPECT_EQ(record.wait_for(3), (Strings{"a", "b", "d"}));
}

TEST(Pool, shows_how_long_jobs_wait_even_while_none_is_taken) {
  VirtualClock clock;
  Record record;
  Plug plug;
  Pool pool(clock, 1);
  ASSERT_TRUE(pool.submit(plug.job()));
  plug.wait_until_held();
  ASSERT_TRUE(pool.submit({at(2ms), Deadline::never(), record.adds("old"), {}}));
  EXPECT_EQ(pool.health().age_us, 0);
  clock.advance(70ms);
  ASSERT_TRUE(pool.submit({at(1ms), Deadline::never(), record.adds("young"), {}}));
  EXPECT_EQ(pool.health().age_us, 70'000);
  clock.advance(30ms);
  plug.let_go();
  EXPECT_EQ(record.wait_for(2), (Strings{"young", "old"}));
  EXPECT_EQ(pool.health().age_us, 100'000);  // of "old", the last taken
  EXPECT_EQ(pool.health().worst_age_us, 100'000);
  EXPECT_EQ(pool.health().queued, 0);
}

TEST(Pool, tells_how_long_after_they_were_wanted_jobs_are_taken) {
  VirtualClock clock;
  clock.set(at(1h));
  Record told;
  Plug plug;
  Pool pool(clock, 1, 256, [&](Time, Duration age) { told.add(std::to_string(age / 1ms)); });
  ASSERT_TRUE(pool.submit({clock.now(), Deadline::never(), plug.job().run, [] {}}));
  plug.wait_until_held();
  EXPECT_EQ(told.wait_for(1), Strings{"0"});
  ASSERT_TRUE(pool.submit({clock.now() + 50ms, Deadline::never(), [] {}, [] {}}));
  clock.advance(400ms);
  ASSERT_TRUE(
      pool.submit({clock.now() + 1s, Deadline::never(), [] {}, [] {}}));  // the thread is stuck: told all the same
  EXPECT_EQ(told.wait_for(2), (Strings{"0", "350"}));
  clock.advance(100ms);
  plug.let_go();
  EXPECT_EQ(told.wait_for(4), (Strings{"0", "350", "450", "0"}));
}

TEST(Pool, two_threads_work_side_by_side) {
  SteadyClock clock;
  Plug one, two;
  Pool pool(clock, 2);
  ASSERT_TRUE(pool.submit(one.job()));
  ASSERT_TRUE(pool.submit(two.job()));
  one.wait_until_held();
  two.wait_until_held();
  one.let_go();
  two.let_go();
}

TEST(Pool, ending_waits_for_what_runs_and_drops_the_rest_without_a_word) {
  VirtualClock clock;
  Record record;
  auto token = std::make_shared<int>(1);
  const std::weak_ptr<int> held = token;
  auto pool = std::make_unique<Pool>(clock, 1u, 2u);
  // Runs until the pool refuses because it ends: what was handed in meanwhile has not begun by then.
  ASSERT_TRUE(pool->submit({Time{},
                            Deadline::never(),
                            [&record, pool = pool.get()] {
                              record.add("began");
                              for (;;) {
                                const auto more = pool->submit({Time{}, Deadline::never(), record.adds("never"), {}});
                                if (!more && more.error().code == Errc::closed) break;
                                std::this_thread::yield();
                              }
                              record.add("ended");
                            },
                            {}}));
  record.wait_for(1);
  (void)pool->submit({Time{}, Deadline::never(), [&record, token] { record.add("never"); }, record.adds("never")}).ok();
  token.reset();
  pool.reset();
  EXPECT_EQ(record.wait_for(2), (Strings{"began", "ended"}));
  EXPECT_TRUE(held.expired());
}

TEST(Pool, its_threads_are_nicer_than_their_maker) {
  SteadyClock clock;
  Record record;
  Pool pool(clock, 1);
  ASSERT_TRUE(
      pool.submit({Time{},
                   Deadline::never(),
                   [&] { record.add(std::to_string(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())))); },
                   {}}));
  EXPECT_EQ(record.wait_for(1), (Strings{"10"}));
  EXPECT_LT(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())), 10);
}

}  // namespace
}  // namespace offhook::inference

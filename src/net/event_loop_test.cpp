#include "net/event_loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace offhook::net {
namespace {

constexpr auto bound = std::chrono::seconds(20);

// Runs `task` on the loop and waits until it has run.
void on(EventLoop& loop, std::function<void()> task) {
  auto done = std::make_shared<std::promise<void>>();
  loop.post([task = std::move(task), done] {
    task();
    done->set_value();
  });
  ASSERT_EQ(done->get_future().wait_for(bound), std::future_status::ready);
}

void work(EventLoop& loop, Duration d) {  // keeps the thread busy, as a handler that is too slow does
  for (const Time end = loop.now() + d; loop.now() < end;) {
  }
}

TEST(EventLoop, runs_what_any_thread_posts_on_one_thread_in_each_threads_order) {
  EventLoop loop("test");
  std::vector<std::vector<int>> ran(4);
  int away_from_home = 0;
  loop.post([&] { ran[0].push_back(-1); });  // before start
  loop.start();
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < ran.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 1000; ++i)
        loop.post([&, t, i] {
          ran[t].push_back(i);
          away_from_home += !loop.is_home();
        });
    });
  for (auto& thread : threads) thread.join();
  on(loop, [&] {
    EXPECT_EQ(away_from_home, 0);
    EXPECT_EQ(ran[0].front(), -1);
    ran[0].erase(ran[0].begin());
    for (const auto& mine : ran) {
      EXPECT_EQ(mine.size(), 1000u);
      EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    }
  });
  EXPECT_FALSE(loop.is_home());
}

TEST(EventLoop, a_task_posted_from_home_runs_later_not_inside_post) {
  EventLoop loop("test");
  loop.start();
  std::promise<bool> inner_ran_inside;
  loop.post([&] {
    auto ran = std::make_shared<bool>(false);
    loop.post([ran] { *ran = true; });
    inner_ran_inside.set_value(*ran);
  });
  EXPECT_FALSE(inner_ran_inside.get_future().get());
}

TEST(EventLoop, timers_fire_in_order_and_never_early) {
  EventLoop loop("test");
  loop.start();
  std::vector<std::unique_ptr<Timer>> timers;
  std::vector<int> fired;
  int early = 0;
  std::promise<void> all;
  on(loop, [&] {
    const Time start = loop.now();
    for (const int ms : {12, 3, 7, 1, 9}) {
      auto& timer = timers.emplace_back();
      timer = std::make_unique<Timer>(loop, [&, ms, start] {
        early += loop.now() < start + ms * 1ms;
        fired.push_back(ms);
        if (fired.size() == 5) all.set_value();
      });
      timer->at(start + ms * 1ms);
    }
  });
  ASSERT_EQ(all.get_future().wait_for(bound), std::future_status::ready);
  on(loop, [&] {
    EXPECT_EQ(fired, (std::vector<int>{1, 3, 7, 9, 12}));
    EXPECT_EQ(early, 0);
    timers.clear();
  });
  EXPECT_GE(loop.health().lag_us, 0);
}

TEST(EventLoop, a_timer_moved_nearer_or_further_fires_once_at_its_last_moment) {
  EventLoop loop("test");
  loop.start();
  std::optional<Timer> nearer, further, never;
  int fired_nearer = 0;
  Time due_further, fired_further;
  std::promise<void> done;
  on(loop, [&] {
    never.emplace(loop, [] { ADD_FAILURE() << "in the far future already?"; });
    never->at(Time::max());
    nearer.emplace(loop, [&] { ++fired_nearer; });
    nearer->after(10h);
    nearer->after(2ms);
    further.emplace(loop, [&] {
      fired_further = loop.now();
      done.set_value();
    });
    further->after(1ms);
    further->after(20ms);
    due_further = further->due();
  });
  ASSERT_EQ(done.get_future().wait_for(bound), std::future_status::ready);
  on(loop, [&] {
    EXPECT_EQ(fired_nearer, 1);
    EXPECT_GE(fired_further, due_further);
    nearer.reset();
    further.reset();
    never.reset();
  });
}

TEST(EventLoop, a_timer_that_renews_itself_at_once_leaves_room_for_tasks) {
  EventLoop loop("test");
  loop.start();
  std::optional<Timer> greedy;
  on(loop, [&] {
    greedy.emplace(loop, [&] { greedy->at(Time{}); });
    greedy->at(Time{});
  });
  for (int i = 0; i < 100; ++i) on(loop, [] {});
  on(loop, [&] { greedy.reset(); });
}

TEST(EventLoop, the_watchdog_counts_and_names_slow_handlers_in_one_line_a_second) {
  testing::internal::CaptureStderr();
  {
    EventLoop loop("core7");
    loop.start();
    for (int i = 0; i < 5; ++i) on(loop, [&] { work(loop, 6ms); });
    on(loop, [] {});  // behind the end of the last
    EXPECT_GE(loop.health().slow_handlers, 5u);
    EXPECT_GE(loop.health().worst_handler_us, 6000);
  }
  const std::string text = testing::internal::GetCapturedStderr();
  const std::size_t line = text.find("warn slow_handler loop=core7 handler=");
  ASSERT_NE(line, std::string::npos) << text;
  EXPECT_NE(text.find("offhook::net::(anonymous namespace)::on(", line), std::string::npos) << text;
  EXPECT_EQ(text.find("slow_handler", line + 20), std::string::npos) << text;
}

TEST(EventLoop, the_watchdog_sees_timers_and_watched_handlers_of_the_context_too) {
  testing::internal::CaptureStderr();
  {
    EventLoop timers("timers"), sockets("sockets");
    timers.start();
    sockets.start();
    std::optional<Timer> timer;
    std::promise<void> fired, handled;
    on(timers, [&] {
      timer.emplace(timers, [&] {
        work(timers, 6ms);
        fired.set_value();
      });
      timer->after(1ms);
    });
    ASSERT_EQ(fired.get_future().wait_for(bound), std::future_status::ready);
    on(timers, [&] { timer.reset(); });
    boost::asio::post(sockets.context(), [&] {
      {
        EventLoop::Watch watch(sockets, "http_read");
        EventLoop::Watch inner(sockets, "parser");
        work(sockets, 6ms);
      }
      handled.set_value();
    });
    ASSERT_EQ(handled.get_future().wait_for(bound), std::future_status::ready);
    EXPECT_GE(timers.health().slow_handlers, 1u);
    EXPECT_EQ(sockets.health().slow_handlers, 1u) << "an inner watch is not counted again";
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("slow_handler loop=timers"), std::string::npos) << text;
  EXPECT_NE(text.find("slow_handler loop=sockets handler=http_read took_ms="), std::string::npos) << text;
}

TEST(EventLoop, a_busy_loop_shows_its_lag_and_an_idle_one_forgets_it) {
  EventLoop loop("test");
  loop.start();
  std::optional<Timer> timer;
  on(loop, [&] {
    timer.emplace(loop, [] {});
    timer->after(1ms);
    work(loop, 30ms);
  });
  const auto wait_for = [&](auto condition) {
    for (const Time end = loop.now() + 20s; !condition() && loop.now() < end;) on(loop, [] {});
    return condition();
  };
  EXPECT_TRUE(wait_for([&] { return loop.health().worst_lag_us >= 29'000; }));
  EXPECT_TRUE(wait_for([&] { return loop.health().lag_us < 29'000; }));
  on(loop, [&] { timer.reset(); });
}

TEST(EventLoop, its_media_clock_beats_as_often_as_time_has_passed) {
  struct Counter final : MediaClock::Listener {
    void on_frame(Time now) override {
      if (beats.empty() || beats.size() < 10) beats.push_back(now);
      if (beats.size() == 10 && !told) {
        told = true;
        done.set_value();
      }
    }
    std::vector<Time> beats;
    bool told = false;
    std::promise<void> done;
  } counter;
  EventLoop loop("test");
  loop.start();
  Time added;
  on(loop, [&] {
    added = loop.now();
    loop.media_clock().add(counter);
  });
  ASSERT_EQ(counter.done.get_future().wait_for(bound), std::future_status::ready);
  on(loop, [&] {
    for (std::size_t i = 0; i < counter.beats.size(); ++i)
      EXPECT_GT(counter.beats[i] - added, static_cast<std::int64_t>(i) * MediaClock::period) << "beat " << i;
    loop.media_clock().remove(counter);
  });
}

TEST(EventLoop, stopping_from_inside_ends_the_thread) {
  EventLoop loop("test");
  loop.start();
  loop.post([&] { loop.stop(); });
  loop.join();
  EXPECT_TRUE(loop.is_home()) << "who joined may take apart what lived there";
}

TEST(EventLoop, what_is_queued_at_its_end_is_dropped_with_all_that_it_owns) {
  const auto witness = std::make_shared<int>();
  bool ran = false;
  {
    EventLoop loop("test");
    struct Posts {  // as it goes
      EventLoop& loop;
      std::shared_ptr<int> witness;
      bool& ran;
      ~Posts() {
        loop.post([w = witness, &r = ran] { r = true; });
      }
    };
    auto timer = std::make_shared<Timer>(loop, [] {});
    timer->after(1h);
    auto posts = std::make_shared<Posts>(loop, witness, ran);
    loop.post([timer = std::move(timer), posts = std::move(posts), &ran] { ran = true; });
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(EventLoop, starts_and_ends_while_others_post) {
  for (int round = 0; round < 20; ++round) {
    auto loop = std::make_unique<EventLoop>("test");
    std::atomic<int> ran{0};
    loop->start();
    std::thread poster([&] {
      for (int i = 0; i < 200; ++i) loop->post([&] { ++ran; });
    });
    loop->stop();
    poster.join();
    loop.reset();
    EXPECT_LE(ran, 200);
  }
}

TEST(EventLoopDeathTest, a_timer_that_would_outlive_its_loop_is_found) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto loop = std::make_unique<EventLoop>("test");
        auto timer = new Timer(*loop, [] {});
        timer->after(1h);
        loop.reset();
      },
      "timers_outlive_their_loop loop=test found=1");
}

}  // namespace
}  // namespace offhook::net

#include "net/timer_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace offhook::net {
namespace {

// A loop that is nothing but its timers; the test fires them.
class Bench final : public Loop {
 public:
  Time now() const override { return time; }
  void post(std::function<void()>) override {}
  bool is_home() const override { return true; }

  TimerQueue queue;
  Time time{};

 private:
  void arm(Timer& timer) override { queue.arm(timer); }
  void disarm(Timer& timer) override { queue.disarm(timer); }
};

TEST(TimerQueue, fires_by_time_and_in_order_of_arming_where_times_are_equal) {
  Bench bench;
  std::vector<int> fired;
  std::vector<std::unique_ptr<Timer>> timers;
  const int due_ms[] = {30, 10, 20, 10, 10, 30, 5, 20};
  for (int i = 0; i < 8; ++i) {
    timers.push_back(std::make_unique<Timer>(bench, [&fired, i] { fired.push_back(i); }));
    timers.back()->at(Time{due_ms[i] * 1ms});
  }
  EXPECT_EQ(bench.queue.next().at(), Time{5ms});
  EXPECT_EQ(bench.queue.fire_due(Time{4ms}), 0u);
  EXPECT_EQ(bench.queue.fire_due(Time{20ms}), 6u);
  EXPECT_EQ(fired, (std::vector<int>{6, 1, 3, 4, 2, 7}));
  EXPECT_EQ(bench.queue.fire_due(Time{1h}), 2u);
  EXPECT_TRUE(bench.queue.next().is_never());
}

TEST(TimerQueue, arming_again_moves_a_timer_both_ways) {
  Bench bench;
  int fired = 0;
  Timer other(bench, [] {});
  Timer timer(bench, [&] { ++fired; });
  other.at(Time{20ms});
  timer.at(Time{10ms});
  timer.at(Time{30ms});
  EXPECT_EQ(bench.queue.size(), 2u);
  EXPECT_EQ(bench.queue.next().at(), Time{20ms});
  bench.queue.fire_due(Time{25ms});
  EXPECT_EQ(fired, 0);
  timer.at(Time{26ms});
  bench.queue.fire_due(Time{26ms});
  EXPECT_EQ(fired, 1);
  bench.queue.fire_due(Time{1h});
  EXPECT_EQ(fired, 1) << "once an arming";
}

TEST(TimerQueue, a_cancelled_or_destroyed_timer_does_not_fire) {
  Bench bench;
  int fired = 0;
  Timer cancelled(bench, [&] { ++fired; });
  {
    Timer destroyed(bench, [&] { ++fired; });
    destroyed.at(Time{1ms});
    cancelled.at(Time{1ms});
  }
  cancelled.cancel();
  cancelled.cancel();
  EXPECT_EQ(bench.queue.size(), 0u);
  EXPECT_EQ(bench.queue.fire_due(Time{1s}), 0u);
  EXPECT_EQ(fired, 0);
}

TEST(TimerQueue, a_callback_may_destroy_its_own_timer_and_keeps_its_captures) {
  Bench bench;
  std::unique_ptr<Timer> timer;
  const auto witness = std::make_shared<int>(7);
  int seen = 0;
  timer = std::make_unique<Timer>(bench, [&timer, &seen, witness] {
    timer.reset();
    seen = *witness;
  });
  timer->at(Time{1ms});
  bench.queue.fire_due(Time{1ms});
  EXPECT_EQ(seen, 7);
  EXPECT_EQ(witness.use_count(), 1) << "the callable went with its timer";
}

TEST(TimerQueue, a_callback_may_replace_its_own_timer_in_the_same_place) {
  Bench bench;
  std::optional<Timer> timer;
  int fired = 0;
  std::function<void()> fire = [&] {
    if (++fired == 3) return timer.reset();
    timer.emplace(bench, fire);
    timer->at(Time{fired * 10ms});
  };
  timer.emplace(bench, fire);
  timer->at(Time{0ms});
  for (Time t{}; t <= Time{100ms}; t += 10ms) bench.queue.fire_due(t);
  EXPECT_EQ(fired, 3);
  EXPECT_EQ(bench.queue.size(), 0u);
}

TEST(TimerQueue, a_callback_may_destroy_cancel_and_arm_others_that_are_due_too) {
  Bench bench;
  std::vector<char> fired;
  Timer armed(bench, [&] { fired.push_back('a'); });
  Timer cancelled(bench, [&] { fired.push_back('c'); });
  auto destroyed = std::make_unique<Timer>(bench, [&] { fired.push_back('d'); });
  Timer first(bench, [&] {
    fired.push_back('f');
    destroyed.reset();
    cancelled.cancel();
    armed.at(Time{5ms});
  });
  first.at(Time{10ms});
  cancelled.at(Time{11ms});
  destroyed->at(Time{11ms});
  EXPECT_EQ(bench.queue.fire_due(Time{20ms}), 1u);
  EXPECT_EQ(bench.queue.fire_due(Time{20ms}), 1u)
      << "what was armed meanwhile, though for the past, has the next round";
  EXPECT_EQ(fired, (std::vector<char>{'f', 'a'}));
}

TEST(TimerQueue, a_timer_that_always_arms_itself_for_the_past_starves_nobody) {
  Bench bench;
  int greedy_fired = 0, patient_fired = 0;
  std::optional<Timer> greedy;
  greedy.emplace(bench, [&] {
    ++greedy_fired;
    greedy->at(Time{});
  });
  Timer patient(bench, [&] { ++patient_fired; });
  greedy->at(Time{});
  patient.at(Time{10ms});
  bench.queue.fire_due(Time{10ms});
  EXPECT_EQ(greedy_fired, 1) << "a round ends";
  EXPECT_EQ(patient_fired, 1);
  patient.at(Time{10ms});
  bench.queue.fire_due(Time{10ms});
  EXPECT_EQ(patient_fired, 2);
}

TEST(TimerQueue, a_callback_stays_with_its_timer_from_one_firing_to_the_next) {
  Bench bench;
  std::optional<Timer> timer;
  int left = 1000;
  timer.emplace(bench, [&] {
    if (--left > 0) timer->at(timer->due() + 1ms);
  });
  timer->at(Time{});
  for (Time t{}; t < Time{2s}; t += 1ms) bench.queue.fire_due(t);
  EXPECT_EQ(left, 0);
}

TEST(TimerQueue, agrees_with_a_sorted_list_over_a_hundred_thousand_random_steps) {
  Bench bench;
  std::mt19937 random(1);
  constexpr int count = 200;
  struct Model {
    bool armed = false;
    Time due{};
    int order = 0;
  };
  std::vector<Model> model(count);
  std::vector<int> fired;
  std::vector<std::unique_ptr<Timer>> timers(count);
  for (int i = 0; i < count; ++i) timers[i] = std::make_unique<Timer>(bench, [&fired, i] { fired.push_back(i); });
  int order = 0;
  Time now{};
  for (int step = 0; step < 100'000; ++step) {
    const int i = static_cast<int>(random() % count);
    switch (random() % 8) {
      case 0:
        timers[i]->cancel();
        model[i].armed = false;
        break;
      case 1: {
        now += random() % 20 * 1us;
        std::vector<int> expected;
        for (int j = 0; j < count; ++j)
          if (model[j].armed && model[j].due <= now) expected.push_back(j);
        std::sort(expected.begin(), expected.end(), [&](int a, int b) {
          return std::pair(model[a].due, model[a].order) < std::pair(model[b].due, model[b].order);
        });
        for (const int j : expected) model[j].armed = false;
        fired.clear();
        bench.queue.fire_due(now);
        ASSERT_EQ(fired, expected) << "step " << step;
        break;
      }
      default: model[i] = {true, now + random() % 300 * 1us, order++}; timers[i]->at(model[i].due);
    }
  }
}

}  // namespace
}  // namespace offhook::net

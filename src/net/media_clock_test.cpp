#include "net/media_clock.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "net/virtual_loop.hpp"

namespace offhook::net {
namespace {

struct Ear final : MediaClock::Listener {
  void on_frame(Time now) override {
    beats.push_back(now.time_since_epoch());
    if (then) then();
  }
  std::vector<Duration> beats;
  std::function<void()> then;
};

TEST(MediaClock, beats_every_20_ms_on_a_grid_that_does_not_drift) {
  VirtualLoop loop;
  MediaClock clock(loop);
  Ear ear;
  loop.advance(7ms);
  clock.add(ear);
  loop.advance(93ms);
  EXPECT_EQ(ear.beats, (std::vector<Duration>{20ms, 40ms, 60ms, 80ms, 100ms}));
  ear.beats.clear();
  loop.stall(3ms);  // 3 ms of work, which must not push the grid
  loop.advance(57ms);
  EXPECT_EQ(ear.beats, (std::vector<Duration>{120ms, 140ms, 160ms}));
}

TEST(MediaClock, spreads_listeners_evenly_over_four_phases) {
  VirtualLoop loop;
  MediaClock clock(loop);
  std::deque<Ear> ears(10);
  for (Ear& ear : ears) clock.add(ear);
  EXPECT_EQ(clock.size(), 10u);
  loop.advance(39ms);
  std::map<Duration, int> at_phase;
  for (const Ear& ear : ears) {
    ASSERT_EQ(ear.beats.size(), ear.beats.front() < 19ms ? 2u : 1u);
    ++at_phase[ear.beats.front() % MediaClock::period];
  }
  EXPECT_EQ(at_phase, (std::map<Duration, int>{{0ms, 3}, {5ms, 3}, {10ms, 2}, {15ms, 2}}));
  for (Ear& ear : ears) clock.remove(ear);
}

TEST(MediaClock, a_listener_added_to_an_empty_phase_need_not_wait_for_the_others) {
  VirtualLoop loop;
  MediaClock clock(loop);
  Ear first, second;
  clock.add(first);
  loop.advance(21ms);  // the next beat of the first is at 40
  clock.add(second);
  loop.advance(10ms);
  EXPECT_EQ(second.beats, (std::vector<Duration>{25ms}));
}

TEST(MediaClock, wakes_for_nobody) {
  VirtualLoop loop;
  MediaClock clock(loop);
  Ear ear;
  EXPECT_EQ(loop.armed_timers(), 0u);
  clock.add(ear);
  clock.add(ear);
  EXPECT_EQ(clock.size(), 1u);
  EXPECT_EQ(loop.armed_timers(), 1u);
  clock.remove(ear);
  clock.remove(ear);
  EXPECT_EQ(clock.size(), 0u);
  EXPECT_EQ(loop.armed_timers(), 0u);
  loop.advance(1s);
  EXPECT_TRUE(ear.beats.empty());
  clock.add(ear);
  loop.advance(20ms);
  EXPECT_EQ(ear.beats, (std::vector<Duration>{1020ms}));
}

TEST(MediaClock, a_late_loop_delivers_the_beats_it_missed) {
  VirtualLoop loop;
  MediaClock clock(loop);
  Ear ear;
  clock.add(ear);
  loop.advance(20ms);
  ear.beats.clear();
  loop.stall(70ms);  // 40, 60 and 80 are missed
  loop.run_ready();
  EXPECT_EQ(ear.beats, (std::vector<Duration>{90ms, 90ms, 90ms}));
  EXPECT_EQ(clock.skipped(), 0u);
  EXPECT_EQ(clock.lateness(), 10ms) << "of the last of them";
  loop.advance(10ms);
  EXPECT_EQ(ear.beats.back(), 100ms) << "back on the grid";
  EXPECT_EQ(clock.lateness(), 0ms);
}

TEST(MediaClock, other_work_comes_between_the_beats_it_catches_up_on) {
  VirtualLoop loop;
  MediaClock clock(loop);
  Ear ear;
  std::vector<std::size_t> beats_at_task;
  clock.add(ear);
  ear.then = [&] { loop.post([&] { beats_at_task.push_back(ear.beats.size()); }); };
  loop.stall(65ms);
  loop.run_ready();
  EXPECT_EQ(beats_at_task, (std::vector<std::size_t>{1, 2, 3}));
}

TEST(MediaClock, a_very_late_loop_delivers_five_beats_and_skips_the_rest) {
  VirtualLoop loop;
  MediaClock clock(loop);
  std::deque<Ear> ears(4);  // one a phase
  for (Ear& ear : ears) clock.add(ear);
  loop.advance(20ms);
  for (Ear& ear : ears) ear.beats.clear();
  loop.stall(1s);
  loop.run_ready();
  for (const Ear& ear : ears) EXPECT_EQ(ear.beats.size(), 5u);
  EXPECT_EQ(clock.skipped(), 45u);
  loop.advance(20ms);
  for (const Ear& ear : ears) EXPECT_EQ(ear.beats.size(), 6u);
  for (Ear& ear : ears) clock.remove(ear);
}

TEST(MediaClock, exactly_five_owed_beats_are_all_delivered) {
  VirtualLoop loop;
  MediaClock clock(loop);
  Ear ear;
  clock.add(ear);
  loop.stall(100ms);  // 20, 40, 60, 80, 100
  loop.run_ready();
  EXPECT_EQ(ear.beats.size(), 5u);
  EXPECT_EQ(clock.skipped(), 0u);
}

TEST(MediaClock, who_comes_while_others_catch_up_is_not_owed_their_beats) {
  VirtualLoop loop;
  MediaClock clock(loop);
  Ear old, fresh;
  clock.add(old);
  old.then = [&] { clock.add(fresh); };
  loop.advance(20ms);
  clock.remove(fresh);
  loop.stall(71ms);
  loop.run_ready();
  EXPECT_EQ(old.beats.size(), 4u);
  EXPECT_TRUE(fresh.beats.empty());
  loop.advance(20ms);
  EXPECT_EQ(fresh.beats.size(), 1u);
  old.then = nullptr;
}

TEST(MediaClock, each_beats_lateness_is_told_those_it_catches_up_on_included) {
  VirtualLoop loop;
  MediaClock clock(loop);
  std::vector<Duration> told;
  clock.on_beat([&](Time, Duration late) { told.push_back(late); });
  Ear ear;
  clock.add(ear);
  loop.advance(20ms);
  loop.stall(45ms);
  loop.advance(15ms);
  EXPECT_EQ(told, (std::vector<Duration>{0ms, 25ms, 5ms, 0ms}));
  clock.remove(ear);
}

TEST(MediaClock, the_lateness_of_calls_that_ended_is_forgotten) {
  VirtualLoop loop;
  MediaClock clock(loop);
  Ear ear;
  clock.add(ear);
  loop.stall(50ms);
  loop.run_ready();
  EXPECT_GT(clock.lateness(), 0ms);
  clock.remove(ear);
  EXPECT_EQ(clock.lateness(), 0ms);
}

TEST(MediaClock, a_listener_may_remove_itself_and_others_during_a_beat) {
  VirtualLoop loop;
  MediaClock clock(loop);
  std::deque<std::unique_ptr<Ear>> ears;
  for (int i = 0; i < 12; ++i) clock.add(*ears.emplace_back(std::make_unique<Ear>()));
  // 0, 4 and 8 share the first phase; 1 is of another.
  ears[0]->then = [&] {
    for (const std::size_t i : {8, 1, 0}) clock.remove(*ears[i]);
    ears[8].reset();
    ears[1].reset();
  };
  loop.advance(40ms);
  EXPECT_EQ(clock.size(), 9u);
  EXPECT_EQ(ears[0]->beats.size(), 1u);
  EXPECT_EQ(ears[4]->beats.size(), 2u);
  EXPECT_EQ(ears[5]->beats.size(), 2u);
}

TEST(MediaClock, the_last_listener_may_leave_and_another_come_in_the_same_beat) {
  VirtualLoop loop;
  MediaClock clock(loop);
  Ear old, fresh;
  clock.add(old);
  old.then = [&] {
    clock.remove(old);
    clock.add(fresh);
  };
  loop.advance(100ms);
  EXPECT_EQ(old.beats.size(), 1u);
  EXPECT_EQ(fresh.beats.size(), 4u);
}

TEST(MediaClock, a_listener_added_during_a_beat_waits_for_a_later_one) {
  VirtualLoop loop;
  MediaClock clock(loop);
  Ear host;
  std::deque<Ear> guests(5);
  clock.add(host);
  host.then = [&] {
    for (Ear& guest : guests) clock.add(guest);
  };
  loop.advance(20ms);
  for (const Ear& guest : guests) EXPECT_TRUE(guest.beats.empty());
  loop.advance(20ms);
  for (const Ear& guest : guests) EXPECT_EQ(guest.beats.size(), 1u);
  EXPECT_EQ(clock.size(), 6u);
}

}  // namespace
}  // namespace offhook::net

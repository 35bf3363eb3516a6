#include "server/admission.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>
#include <vector>

namespace offhook::server {
namespace {

using Place = Admission::Place;

class AdmissionTest : public testing::Test {
 protected:
  VirtualClock clock;
  AdmissionSettings settings;
  std::optional<Admission> admission;
  std::vector<Place> calls;

  AdmissionTest() { clock.set(Time{} + 1h); }
  ~AdmissionTest() override { calls.clear(); }

  Admission& open() {
    admission.emplace(settings, 1);
    admission->open();
    return *admission;
  }
  // "" if a call was taken, else why not.
  std::string offer() {
    auto answer = admission->admit(clock.now());
    if (const auto* why = std::get_if<Refusal>(&answer)) return std::string(name(*why));
    calls.push_back(std::get<Place>(std::move(answer)));
    return "";
  }
  std::string webhook() {
    const auto why = admission->promise(clock.now());
    return why ? std::string(name(*why)) : "";
  }
  // Beats of the media clock every 5 ms, each as late.
  void beats(Duration time, Duration late) {
    for (const Time end = clock.now() + time; clock.now() < end; clock.advance(5ms))
      admission->note_lateness(0, clock.now(), late);
  }
  void answers(Duration time, Duration age) {
    for (const Time end = clock.now() + time; clock.now() < end; clock.advance(100ms))
      admission->note_age(clock.now(), age);
  }
  void expect_sums() {
    const auto n = admission->counts();
    EXPECT_EQ(n.offered, std::accumulate(n.refused.begin(), n.refused.end(), n.admitted));
  }
};

TEST_F(AdmissionTest, refuses_while_loading_and_from_its_end_on) {
  admission.emplace(settings, 1);
  EXPECT_EQ(offer(), "loading");
  EXPECT_EQ(webhook(), "loading");
  admission->open();
  EXPECT_EQ(offer(), "");
  admission->close();
  EXPECT_EQ(offer(), "draining");
  EXPECT_EQ(webhook(), "draining");
  EXPECT_EQ(admission->calls(), 1);
  expect_sums();
}

TEST_F(AdmissionTest, no_more_than_max_calls_have_a_place_and_who_leaves_makes_room) {
  settings.max_calls = 2;
  open();
  EXPECT_EQ(offer(), "");
  EXPECT_EQ(offer(), "");
  EXPECT_EQ(offer(), "max_calls");
  calls.pop_back();
  EXPECT_EQ(admission->calls(), 1);
  EXPECT_EQ(offer(), "");
  EXPECT_EQ(webhook(), "max_calls");
  expect_sums();
}

TEST_F(AdmissionTest, a_hiccup_however_long_refuses_nobody) {
  open();
  beats(2s, 0ms);
  clock.advance(700ms);  // the loop hung; then it catches up at once
  for (Duration late = 700ms; late > 0ms; late -= 5ms) admission->note_lateness(0, clock.now(), late);
  EXPECT_EQ(offer(), "");
  beats(200ms, 0ms);
  EXPECT_EQ(offer(), "");
}

TEST_F(AdmissionTest, frames_that_stay_late_refuse_within_a_third_of_a_second) {
  open();
  beats(2s, 0ms);
  beats(300ms, 12ms);
  EXPECT_EQ(offer(), "lateness");
  EXPECT_EQ(webhook(), "lateness");
  expect_sums();
}

TEST_F(AdmissionTest, so_do_a_few_late_ones_in_each_tenth_of_a_second) {
  open();
  for (int i = 0; i < 5; ++i) {
    beats(95ms, 1ms);
    beats(5ms, 15ms);
  }
  EXPECT_EQ(offer(), "lateness");
}

TEST_F(AdmissionTest, calls_are_taken_again_well_below_the_bound_not_just_below_it) {
  open();
  beats(1s, 10ms);
  EXPECT_EQ(offer(), "lateness");
  beats(2s, 8ms);
  EXPECT_EQ(offer(), "lateness");
  beats(2s, 4ms);
  EXPECT_EQ(offer(), "");
  beats(2s, 8ms);
  EXPECT_EQ(offer(), "") << "8 ms alone is no reason";
  expect_sums();
}

TEST_F(AdmissionTest, an_idle_server_that_was_late_takes_calls_again) {
  open();
  beats(1s, 30ms);
  EXPECT_EQ(offer(), "lateness");
  clock.advance(1s);  // no call, so no beat
  EXPECT_EQ(offer(), "");
}

TEST_F(AdmissionTest, one_loop_that_is_late_is_enough) {
  admission.emplace(settings, 3);
  admission->open();
  for (int i = 0; i < 100; ++i, clock.advance(5ms)) {
    admission->note_lateness(0, clock.now(), 0ms);
    admission->note_lateness(2, clock.now(), 20ms);
  }
  EXPECT_EQ(offer(), "lateness");
}

TEST_F(AdmissionTest, answers_that_stay_late_refuse_and_one_long_job_does_not) {
  open();
  answers(500ms, 3s);
  EXPECT_EQ(offer(), "");
  answers(1500ms, 300ms);
  EXPECT_EQ(offer(), "age");
  clock.advance(5s);
  EXPECT_EQ(offer(), "");
  expect_sums();
}

TEST_F(AdmissionTest, what_the_models_loading_took_is_no_reason) {
  admission.emplace(settings, 1);
  answers(5s, 4s);
  admission->open();
  EXPECT_EQ(offer(), "");
}

TEST_F(AdmissionTest, a_bound_of_zero_is_not_looked_at) {
  settings.lateness = settings.age = 0ms;
  settings.ramp = 0;
  open();
  beats(1s, 100ms);
  answers(5s, 9s);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(offer(), "");
}

TEST_F(AdmissionTest, only_so_many_begin_in_one_second) {
  settings.ramp = 5;
  open();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(offer(), "");
  EXPECT_EQ(offer(), "ramp");
  calls.clear();  // they have ended, but what they cost is not known yet
  EXPECT_EQ(offer(), "ramp");
  clock.advance(1s);
  EXPECT_EQ(offer(), "");
  expect_sums();
}

TEST_F(AdmissionTest, the_nearer_to_a_bound_the_fewer_begin_in_one_second) {
  settings.ramp = 10;
  open();
  beats(1s, 5ms);  // half the way: 5 of the 10
  for (int i = 0; i < 5; ++i) EXPECT_EQ(offer(), "");
  EXPECT_EQ(offer(), "ramp");
  beats(2s, 9900us);
  EXPECT_EQ(offer(), "") << "one always may";
  EXPECT_EQ(offer(), "ramp");
}

TEST_F(AdmissionTest, calls_that_have_not_asked_a_model_yet_are_expected_to) {
  open();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(offer(), "");
  clock.advance(11s);
  answers(2s, 100ms);  // by the four: 40 % of the bound
  for (int i = 0; i < 5; ++i) EXPECT_EQ(offer(), "") << i;
  EXPECT_EQ(offer(), "ramp") << "ten of them would bring 100 %";
  answers(2s, 100ms);
  EXPECT_EQ(offer(), "ramp") << "they still say their first words";
  clock.advance(8s);
  answers(2s, 100ms);
  EXPECT_EQ(offer(), "") << "nine cost no more than four did";
  expect_sums();
}

TEST_F(AdmissionTest, where_all_calls_are_young_a_quarter_of_the_bound_is_enough) {
  open();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(offer(), "");
  answers(2s, 60ms);
  EXPECT_EQ(offer(), "");
  answers(2s, 63ms);
  EXPECT_EQ(offer(), "ramp");
}

TEST_F(AdmissionTest, a_socket_finds_the_place_that_the_webhook_promised) {
  settings.max_calls = 2;
  open();
  EXPECT_EQ(webhook(), "");
  EXPECT_EQ(webhook(), "");
  EXPECT_EQ(webhook(), "max_calls");
  beats(1s, 50ms);
  admission->close();
  EXPECT_EQ(offer(), "");
  EXPECT_EQ(offer(), "");
  EXPECT_EQ(offer(), "draining");
  const auto n = admission->counts();
  EXPECT_EQ(n.promised, 2);
  EXPECT_EQ(n.kept, 2);
  EXPECT_EQ(n.admitted, 2);
  expect_sums();
}

TEST_F(AdmissionTest, a_promise_that_nobody_comes_for_lapses) {
  settings.max_calls = 1;
  open();
  EXPECT_EQ(webhook(), "");
  clock.advance(Admission::kPromise - 1us);
  EXPECT_EQ(webhook(), "max_calls");
  clock.advance(1us);
  EXPECT_EQ(offer(), "");
  EXPECT_EQ(admission->counts().kept, 0);
  calls.clear();
  EXPECT_EQ(webhook(), "");
}

TEST_F(AdmissionTest, a_flood_of_webhooks_keeps_a_bounded_number_of_places) {
  settings.ramp = 0;
  settings.max_calls = static_cast<int>(Admission::kMostPromises) + 10;
  open();
  for (std::size_t i = 0; i < Admission::kMostPromises + 100; ++i) ASSERT_EQ(webhook(), "");
  for (int i = 0; i < settings.max_calls; ++i) ASSERT_EQ(offer(), "");
  EXPECT_EQ(offer(), "max_calls");
  calls.clear();
  EXPECT_EQ(admission->calls(), 0);
  expect_sums();
}

TEST_F(AdmissionTest, many_threads_at_once_never_take_one_place_too_many_and_all_are_counted) {
  settings.ramp = 0;
  settings.max_calls = 7;
  open();
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        if (i % 3 == 0) (void)admission->promise(clock.now());
        auto answer = admission->admit(clock.now());
        int seen = most.load();
        const int now = admission->calls();
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most.load(), 7);
  EXPECT_EQ(admission->calls(), 0);
  clock.advance(Admission::kPromise);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(offer(), "") << "no place is lost";
  EXPECT_EQ(offer(), "max_calls");
  expect_sums();
}

}  // namespace
}  // namespace offhook::server

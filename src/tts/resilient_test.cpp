#include "tts/resilient.hpp"

#include <gmock/gmock.h>

#include "net/virtual_loop.hpp"
#include "tts/voices_testing.hpp"

namespace offhook::tts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

struct Resilience : testing::Test {
  net::VirtualLoop loop;
  FakeVoice first{"key-1"}, second{"key-2"}, third{"key-3"};
  net::ServiceHealth first_health{"first", {}}, second_health{"second", {}};
  std::unique_ptr<Voice> voice = resilient({{"one m", &first, &first_health}, {"two m", &second, &second_health}});
  Listener listener;

  void speak(std::string text = "One moment, please hold the line.", Duration first_sound = 10s) {
    const int before = listener.dones;
    listener.handle = voice->synthesize(
        loop, {std::move(text), 8000, Deadline::in(loop.now(), first_sound), Deadline::in(loop.now(), 20s)},
        listener.sink());
    EXPECT_EQ(std::exchange(listener.dones, 0), before) << "nothing from inside";
    loop.run_ready();
  }
  void fail_first_until_open() {
    while (first_health.state(loop.now()) == net::ServiceHealth::State::closed) {
      ASSERT_TRUE(first_health.enter(loop.now()));
      first_health.failed(loop.now(), {Errc::unavailable, "down"});
    }
  }
};

TEST_F(Resilience, the_first_that_is_well_says_it) {
  speak();
  ASSERT_EQ(first.asked.size(), 1u);
  EXPECT_THAT(second.asked, IsEmpty());
  first.last().sink.used("one", 33);
  first.last().audio(4000);
  first.last().said(3, 2000);
  first.last().audio(4000, 2);
  first.last().done(Spoken{"key-1"});
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ((**listener.done).voice, "key-1");
  EXPECT_EQ(listener.sound.size(), 8000u);
  EXPECT_THAT(listener.said, ElementsAre(Pair(3u, 2000)));
  EXPECT_THAT(listener.used, ElementsAre(Pair("one m", 33)));
  EXPECT_EQ(first_health.under_way(), 0);
  EXPECT_EQ(voice->key(), "key-1");
  EXPECT_EQ(loop.armed_timers(), 0u);
}

TEST_F(Resilience, one_that_fails_before_its_first_sound_is_replaced_for_the_whole_text) {
  speak();
  first.last().done(Error{Errc::unavailable, "one: HTTP 503"});
  ASSERT_EQ(second.asked.size(), 1u);
  EXPECT_EQ(second.last().speech.text, "One moment, please hold the line.");
  second.last().audio(8000);
  second.last().done(Spoken{"key-2"});
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ((**listener.done).voice, "key-2") << "it alone was heard, so it may be kept";
}

TEST_F(Resilience, one_that_is_silent_too_long_is_replaced) {
  speak();
  EXPECT_EQ(first.last().speech.first_sound.at(), loop.now() + 1500ms) << "it may say itself why";
  loop.advance(1599ms);
  EXPECT_TRUE(first.last().open);
  loop.advance(1ms);
  EXPECT_FALSE(first.last().open) << "cancelled";
  ASSERT_EQ(second.asked.size(), 1u);
  EXPECT_EQ(second.last().speech.first_sound.at(), Time{} + 10s) << "after the last there is no next to hurry for";
  EXPECT_EQ(first_health.under_way(), 0);
}

TEST_F(Resilience, the_callers_own_deadline_is_never_renewed) {
  speak("Hello there.", 2s);
  first.last().done(Error{Errc::unavailable, "a"});
  EXPECT_EQ(second.last().speech.first_sound.at(), Time{} + 2s);
  loop.advance(2s);
  second.last().done(Error{Errc::timeout, "b"});
  EXPECT_EQ(listener.dones, 1);
  EXPECT_EQ(first.asked.size(), 1u);
}

TEST_F(Resilience, one_that_breaks_off_is_continued_from_the_first_word_not_said) {
  speak();
  first.last().audio(4000);
  first.last().said(3, 1000);   // One
  first.last().said(11, 4000);  // moment,
  first.last().said(18, 6000);  // please: its sound has not come
  EXPECT_THAT(listener.said, ElementsAre(Pair(3u, 1000), Pair(11u, 4000)));
  first.last().audio(1000);
  first.last().done(Error{Errc::closed, "gone"});
  ASSERT_EQ(second.asked.size(), 1u);
  EXPECT_EQ(second.last().speech.text, "please hold the line.");
  second.last().audio(800);
  second.last().said(6, 700);
  second.last().done(Spoken{"key-2"});
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ((**listener.done).voice, "") << "a sound of two voices is not worth keeping";
  EXPECT_EQ(listener.sound.size(), 5800u);
  EXPECT_THAT(listener.said, ElementsAre(Pair(3u, 1000), Pair(11u, 4000), Pair(12u, 5000), Pair(18u, 5700)));
}

TEST_F(Resilience, where_the_voice_tells_nothing_its_pace_does) {
  speak("aaaa bbbb cccc dddd eeee ffff");
  first.last().audio(8000);  // 15 bytes: it was in the midst of dddd, or a little before
  first.last().done(Error{Errc::closed, "gone"});
  EXPECT_EQ(second.last().speech.text, "dddd eeee ffff");
  EXPECT_THAT(listener.said, ElementsAre(Pair(15u, 8000)));
}

TEST_F(Resilience, the_pace_is_learnt) {
  for (int i = 0; i < 20; ++i) {  // 30 bytes in 4 s
    speak("aaaa bbbb cccc dddd eeee ffff.");
    first.last().audio(32000);
    first.last().done(Spoken{"key-1"});
  }
  speak("aaaa bbbb cccc dddd eeee ffff");
  first.last().audio(8000);  // 7.5 bytes
  first.last().done(Error{Errc::closed, "gone"});
  EXPECT_EQ(second.last().speech.text, "bbbb cccc dddd eeee ffff");
}

TEST_F(Resilience, one_that_breaks_off_after_all_its_words_is_done) {
  speak("Hello there.");
  first.last().audio(8000);
  first.last().said(12, 7000);
  first.last().done(Error{Errc::closed, "gone"});
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ((**listener.done).voice, "");
  EXPECT_THAT(second.asked, IsEmpty());
}

TEST_F(Resilience, a_stall_is_a_break_off_where_there_is_a_next) {
  speak("aaaa bbbb cccc dddd eeee ffff");
  loop.advance(500ms);
  first.last().audio(4000);
  first.last().audio(2000);
  loop.advance(1749ms);
  EXPECT_TRUE(first.last().open) << "750 ms of it were there to be played";
  loop.advance(1ms);
  EXPECT_FALSE(first.last().open);
  ASSERT_EQ(second.asked.size(), 1u);
  second.last().audio(4000);
  loop.advance(5s);
  EXPECT_TRUE(second.last().open) << "nobody is left: better late than never";
}

TEST_F(Resilience, a_late_end_after_the_last_word_is_no_stall) {
  for (const bool with_next : {true, false}) {
    if (!with_next) voice = resilient({{"one m", &first, &first_health}});
    speak("Hello there.");
    const int opened_by = net::HealthPolicy{}.failures;
    for (int i = 1; i < opened_by; ++i) {  // one more would open it
      ASSERT_TRUE(first_health.enter(loop.now()));
      first_health.failed(loop.now(), {Errc::unavailable, "down"});
    }
    first.last().audio(8000);
    first.last().said(12, 7000);
    loop.advance(1999ms);
    EXPECT_TRUE(first.last().open) << "it is being played";
    loop.advance(1ms);
    EXPECT_FALSE(first.last().open);
    ASSERT_TRUE(listener.ok()) << listener.what();
    EXPECT_EQ((**listener.done).voice, "") << "its end was not told";
    EXPECT_THAT(second.asked, IsEmpty());
    EXPECT_EQ(first_health.under_way(), 0);
    ASSERT_TRUE(first_health.enter(loop.now()));
    first_health.failed(loop.now(), {Errc::unavailable, "down"});
    EXPECT_EQ(first_health.state(loop.now()), net::ServiceHealth::State::closed) << "it was a success";
    EXPECT_EQ(loop.armed_timers(), 0u);
    ASSERT_TRUE(first_health.enter(loop.now()));
    first_health.succeeded(loop.now());
  }
}

// The account's bound holds, whatever else fails.
TEST_F(Resilience, one_that_is_busy_is_waited_for_and_never_asked_beyond_its_bound) {
  net::ServiceHealth busy("first", {.concurrency = 1});
  voice = resilient({{"one m", &first, &busy}});
  ASSERT_TRUE(busy.enter(loop.now()));
  speak("Hello there.", 2s);
  loop.advance(1s);
  EXPECT_THAT(first.asked, IsEmpty());
  EXPECT_EQ(listener.dones, 0);
  busy.succeeded(loop.now());
  loop.advance(50ms);
  ASSERT_EQ(first.asked.size(), 1u);
  EXPECT_EQ(first.last().speech.first_sound.at(), Time{} + 2s) << "nothing is renewed";
  first.last().audio(100);
  first.last().done(Spoken{"key-1"});
  ASSERT_TRUE(listener.ok());

  ASSERT_TRUE(busy.enter(loop.now()));
  speak("Hello there.", 2s);
  loop.advance(2s);
  ASSERT_EQ(listener.dones, 1);
  EXPECT_EQ(listener.code(), Errc::full);
  EXPECT_THAT(listener.what(), testing::AllOf(HasSubstr("one m"), HasSubstr("concurrency")));
  EXPECT_EQ(first.asked.size(), 1u);
  EXPECT_EQ(loop.armed_timers(), 0u);
}

TEST_F(Resilience, one_that_has_said_to_wait_is_not_asked_before) {
  voice = resilient({{"one m", &first, &first_health}});
  ASSERT_TRUE(first_health.enter(loop.now()));
  first_health.failed(loop.now(), {Errc::full, "slow down", 1s});
  speak("Hello there.", 3s);
  loop.advance(999ms);
  EXPECT_THAT(first.asked, IsEmpty());
  loop.advance(1ms);
  ASSERT_EQ(first.asked.size(), 1u);
  first.last().done(Error{Errc::full, "slower", 1min});
  EXPECT_EQ(listener.dones, 1);
  speak("Hello there.", 3s);
  EXPECT_EQ(listener.code(), Errc::full) << "at once: it would be too late";
  EXPECT_EQ(listener.done->error().retry_after, 1min);
  EXPECT_EQ(first.asked.size(), 1u);
}

TEST_F(Resilience, one_whose_breaker_is_open_is_tried_when_the_busy_one_stays_busy) {
  net::ServiceHealth busy("second", {.concurrency = 1});
  voice = resilient({{"one m", &first, &first_health}, {"two m", &second, &busy}});
  ASSERT_TRUE(first_health.enter(loop.now()));
  first_health.failed(loop.now(), {Errc::refused, "bad key"});  // for 30 s or so
  ASSERT_TRUE(busy.enter(loop.now()));
  speak();
  loop.advance(1400ms);
  EXPECT_THAT(first.asked, IsEmpty());
  loop.advance(100ms);
  EXPECT_EQ(first.asked.size(), 1u);
  EXPECT_THAT(second.asked, IsEmpty());
}

TEST_F(Resilience, what_others_have_left_of_the_time_is_no_measure_of_a_service) {
  for (int i = 0; i < net::HealthPolicy{}.failures; ++i) {
    speak("Hello there.", 2s);
    loop.advance(1s);
    first.last().done(Error{Errc::invalid, "no"});  // its own fault is not in question here
    loop.advance(1s);
    second.last().done(Error{Errc::timeout, "no sound within 1000 ms"});
    EXPECT_EQ(listener.dones, 1);
  }
  EXPECT_EQ(second_health.state(loop.now()), net::ServiceHealth::State::closed);
  EXPECT_EQ(second_health.under_way(), 0);
  for (int i = 0; i < net::HealthPolicy{}.failures; ++i) {
    speak("Hello there.", 1s);  // all that anybody would have had
    loop.advance(1s);
    first.last().done(Error{Errc::timeout, "no sound within 1000 ms"});
  }
  EXPECT_EQ(first_health.state(loop.now()), net::ServiceHealth::State::open);
}

TEST_F(Resilience, a_bound_of_ours_is_no_failure_of_the_service) {
  for (int i = 0; i < 2 * net::HealthPolicy{}.failures; ++i) {
    speak();
    first.last().done(Error{Errc::full, "64 clauses wait for a place on its connections"});
    second.last().audio(10);
    second.last().done(Spoken{"key-2"});
  }
  EXPECT_EQ(first_health.state(loop.now()), net::ServiceHealth::State::closed);
  EXPECT_EQ(first_health.under_way(), 0);
}

TEST_F(Resilience, all_failed_is_one_error_that_names_each) {
  speak();
  first.last().done(Error{Errc::refused, "bad key"});
  second.last().done(Error{Errc::full, "slow down", 7s});
  ASSERT_EQ(listener.dones, 1);
  EXPECT_EQ(listener.code(), Errc::refused);
  EXPECT_EQ(listener.what(), "speaking: one m: bad key; two m: slow down");
  EXPECT_EQ(listener.done->error().retry_after, 7s);
}

TEST_F(Resilience, an_open_breaker_is_passed_by) {
  fail_first_until_open();
  speak();
  EXPECT_THAT(first.asked, IsEmpty());
  ASSERT_EQ(second.asked.size(), 1u);
  EXPECT_EQ(second_health.under_way(), 1);
}

TEST_F(Resilience, when_all_breakers_are_open_the_one_whose_wait_ends_first_is_tried) {
  fail_first_until_open();
  ASSERT_TRUE(second_health.enter(loop.now()));
  second_health.failed(loop.now(), {Errc::refused, "bad key"});  // for 30 s or so
  speak();
  ASSERT_EQ(first.asked.size(), 1u);
  EXPECT_THAT(second.asked, IsEmpty());
  EXPECT_EQ(first_health.under_way(), 0) << "it was not let in, and so never leaves";
  first.last().done(Error{Errc::unavailable, "still down"});
  ASSERT_EQ(listener.dones, 1);
  EXPECT_THAT(listener.what(), testing::AllOf(HasSubstr("still down"), HasSubstr("bad key")));
}

TEST_F(Resilience, the_last_resort_is_not_in_doubt) {
  voice = resilient({{"one m", &first, &first_health}, {"local", &third, nullptr}});
  fail_first_until_open();
  speak();
  ASSERT_EQ(third.asked.size(), 1u);
  third.last().audio(10);
  third.last().done(Spoken{"key-3"});
  EXPECT_TRUE(listener.ok());
}

TEST_F(Resilience, a_lost_connection_is_tried_anew_where_nobody_else_is) {
  voice = resilient({{"one m", &first, &first_health}});
  speak();
  first.last().done(Error{Errc::closed, "reset"});
  ASSERT_EQ(first.asked.size(), 2u);
  first.last().done(Error{Errc::closed, "reset again"});
  EXPECT_EQ(first.asked.size(), 2u) << "once";
  EXPECT_EQ(listener.code(), Errc::closed);
  EXPECT_EQ(first_health.under_way(), 0);
}

TEST_F(Resilience, dropping_the_handle_cancels_and_counts_nothing) {
  speak();
  listener.handle.reset();
  EXPECT_FALSE(first.last().open);
  EXPECT_EQ(first_health.under_way(), 0);
  loop.advance(1min);
  EXPECT_EQ(listener.dones, 0);
  EXPECT_THAT(second.asked, IsEmpty());
  EXPECT_EQ(loop.armed_timers(), 0u);
}

TEST_F(Resilience, any_callback_may_drop_the_handle) {
  for (int which = 0; which < 5; ++which) {
    Sink sink = listener.sink();
    int calls = 0;
    const auto drop = [&](int self) {
      ++calls;
      if (self == which) listener.handle.reset();
    };
    sink.audio = [&](std::span<const std::int16_t>) { drop(0); };
    sink.said = [&](std::size_t bytes, std::int64_t) { drop(bytes < 5 ? 1 : 2); };
    sink.used = [&](std::string_view, std::int64_t) { drop(3); };
    sink.done = [&](Result<Spoken>) { drop(4); };
    listener.handle = voice->synthesize(loop, {"aaaa bbbb cccc", 8000, {}, {}}, std::move(sink));
    loop.run_ready();
    first.last().sink.used("x", 14);
    if (first.last().open) first.last().audio(100);
    if (first.last().open) first.last().said(4, 50);
    if (first.last().open) first.last().done(Error{Errc::unavailable, "x"});  // said(5): the rest begins there
    EXPECT_EQ(listener.handle == nullptr, which < 4) << which;
    if (which == 4) {
      second.last().audio(100);
      second.last().done(Spoken{"key-2"});
      EXPECT_EQ(listener.handle, nullptr);
      EXPECT_EQ(calls, 6);
    }
    EXPECT_EQ(first_health.under_way() + second_health.under_way(), 0) << which;
    EXPECT_EQ(loop.armed_timers(), 0u) << which;
  }
}

TEST_F(Resilience, a_call_that_begins_warms_whom_it_may_need) {
  voice->warm(loop);
  EXPECT_EQ(first.warmed, 1);
  EXPECT_EQ(second.warmed, 0) << "its account may bear few sockets";
  fail_first_until_open();
  voice->warm(loop);
  EXPECT_EQ(first.warmed, 1);
  EXPECT_EQ(second.warmed, 1);
}

}  // namespace
}  // namespace offhook::tts

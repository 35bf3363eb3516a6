#include "call/mouth.hpp"

#include <gtest/gtest.h>

#include "call/fakes.hpp"

namespace offhook::call {
namespace {

class MouthTest : public testing::Test {
 protected:
  MouthTest() {
    mouth.emplace(loop, clock, wire, EdgeTraits{.marks = false}, voice, phrases, 5s,
                  [this](Event e) { hear(std::move(e)); });
  }
  ~MouthTest() override {
    mouth.reset();
    EXPECT_EQ(clock.size(), 0u);
    EXPECT_EQ(voice.open, 0);
    EXPECT_EQ(loop.armed_timers(), 0u);
  }
  void hear(Event e) {
    events.emplace_back(loop.now(), e);
    if (react) react(e);
  }
  template <class E>
  std::vector<E> all() const {
    std::vector<E> found;
    for (const auto& [t, e] : events)
      if (auto* x = std::get_if<E>(&e)) found.push_back(*x);
    return found;
  }
  template <class E>
  Duration when() const {
    for (const auto& [t, e] : events)
      if (std::holds_alternative<E>(e)) return t.time_since_epoch();
    return -1us;
  }

  net::VirtualLoop loop;
  net::MediaClock clock{loop};
  FakeWire wire{loop};
  FakeVoice voice;
  tts::PhraseCache phrases{1 << 22};
  std::vector<std::pair<Time, Event>> events;
  std::function<void(const Event&)> react;
  std::optional<Mouth> mouth;
};

TEST_F(MouthTest, a_clause_is_rendered_told_heard_and_drained_in_this_order) {
  mouth->speak(1, 0, "Hello.");
  mouth->release(1);
  mouth->close(1, 1);
  loop.advance(2s);
  ASSERT_EQ(events.size(), 4u);
  EXPECT_TRUE(std::holds_alternative<event::ClauseBegun>(events[0].second));
  EXPECT_TRUE(std::holds_alternative<event::Audible>(events[1].second));
  const auto* ready = std::get_if<event::ClauseReady>(&events[2].second);
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->generation, 1u);
  EXPECT_NEAR(static_cast<double>(ready->samples), 6 * 480 + 220 * 8, 200)
      << "letters, and a breath behind the sentence";
  EXPECT_EQ(when<event::ClauseReady>(), 80ms);
  EXPECT_EQ(when<event::Audible>(), 80ms) << "no beat is waited for";
  ASSERT_TRUE(std::holds_alternative<event::Drained>(events[3].second));
  EXPECT_NEAR(to_ms(when<event::Drained>()), 80 + to_ms(Duration(ready->samples * 125)), 25);
}

TEST_F(MouthTest, nothing_is_heard_before_the_release) {
  mouth->speak(1, 0, "Hello.");
  loop.advance(1s);
  EXPECT_TRUE(wire.frames.empty());
  EXPECT_EQ(all<event::ClauseReady>().size(), 1u);
  EXPECT_EQ(clock.size(), 0u) << "and no beat is asked for";
  mouth->release(1);
  EXPECT_FALSE(wire.frames.empty());
}

TEST_F(MouthTest, a_release_may_come_before_the_first_clause) {
  mouth->release(1);
  loop.advance(500ms);
  mouth->speak(1, 0, "Hello.");
  mouth->close(1, 1);
  loop.advance(2s);
  EXPECT_EQ(all<event::Drained>().size(), 1u);
}

TEST_F(MouthTest, clauses_come_in_order_one_after_the_other) {
  voice.delay = 10ms;
  for (int i = 0; i < 4; ++i) mouth->speak(1, i, std::string(3, static_cast<char>('a' + i)));
  EXPECT_EQ(voice.texts.size(), 1u);
  mouth->release(1);
  mouth->close(1, 4);
  loop.advance(3s);
  const auto ready = all<event::ClauseReady>();
  ASSERT_EQ(ready.size(), 4u);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ready[static_cast<std::size_t>(i)].clause, i);
  EXPECT_EQ(voice.texts, (std::vector<std::string>{"aaa", "bbb", "ccc", "ddd"}));
}

TEST_F(MouthTest, less_than_four_seconds_of_sound_wait) {
  mouth->release(1);
  for (int i = 0; i < 10; ++i) mouth->speak(1, i, std::string(40, static_cast<char>('a' + i)));  // 2.4 s each
  mouth->close(1, 10);
  loop.advance(700ms);
  EXPECT_EQ(voice.texts.size(), 2u) << "2.4 + 2.4 - 0.6 s wait: enough";
  for (int i = 0; i < 200; ++i) {
    loop.advance(100ms);
    EXPECT_LE(mouth->playout().waiting(), Mouth::kAhead + 2500ms);
  }
  loop.advance(10s);
  EXPECT_EQ(voice.texts.size(), 10u);
  EXPECT_EQ(all<event::Drained>().size(), 1u);
  EXPECT_EQ(mouth->playout().underruns(), 0u);
}

TEST_F(MouthTest, a_phrase_said_before_is_not_rendered_again) {
  mouth->speak(1, 0, "Hello.");
  loop.advance(1s);
  mouth->abandon(1);
  events.clear();
  mouth->release(2);
  mouth->speak(2, 0, "Hello.");
  EXPECT_EQ(voice.texts.size(), 1u);
  ASSERT_EQ(events.size(), 2u) << "heard at once";
  EXPECT_TRUE(std::holds_alternative<event::ClauseReady>(events[0].second));
  EXPECT_TRUE(std::holds_alternative<event::Audible>(events[1].second));
}

TEST_F(MouthTest, a_clause_that_fails_is_told_and_the_next_is_heard) {
  voice.fail_on = "two";
  mouth->release(1);
  for (int i = 0; i < 3; ++i) mouth->speak(1, i, i == 0 ? "one" : i == 1 ? "two" : "three");
  mouth->close(1, 3);
  loop.advance(3s);
  const auto ready = all<event::ClauseReady>();
  ASSERT_EQ(ready.size(), 3u);
  EXPECT_GT(ready[0].samples, 0);
  EXPECT_EQ(ready[1].samples, 0);
  EXPECT_EQ(ready[1].why, "told to fail");
  EXPECT_GT(ready[2].samples, 0);
  EXPECT_EQ(all<event::Drained>().size(), 1u);
}

TEST_F(MouthTest, when_all_fail_the_reply_is_drained_and_was_never_audible) {
  voice.fail_on = "e";
  mouth->release(1);
  mouth->speak(1, 0, "one");
  mouth->close(1, 1);
  loop.advance(1s);
  EXPECT_EQ(all<event::Audible>().size(), 0u);
  EXPECT_EQ(all<event::Drained>().size(), 1u);
  loop.advance(1s);
  EXPECT_EQ(clock.size(), 0u);
}

TEST_F(MouthTest, what_is_abandoned_while_it_renders_is_cancelled_and_its_stray_answers_are_ignored) {
  voice.stray = true;
  mouth->release(1);
  mouth->speak(1, 0, "Hello.");
  loop.advance(20ms);
  mouth->abandon(1);
  EXPECT_EQ(voice.open, 0);
  mouth->release(2);
  mouth->speak(2, 0, "Other.");
  const auto sound = FakeVoice::tone(4000);
  voice.strays[0].audio(sound);  // of the one that nobody wants
  voice.strays[0].done(tts::Spoken{});
  EXPECT_TRUE(events.empty());
  mouth->close(2, 1);
  loop.advance(2s);
  for (const auto& ready : all<event::ClauseReady>()) EXPECT_EQ(ready.generation, 2u);
  ASSERT_EQ(all<event::ClauseReady>().size(), 1u);
  EXPECT_NEAR(static_cast<double>(all<event::ClauseReady>()[0].samples), 6 * 480 + 220 * 8, 200)
      << "of its own sound only";
  voice.strays.clear();
}

TEST_F(MouthTest, orders_for_an_old_reply_do_nothing) {
  mouth->release(1);
  mouth->speak(1, 0, "Hello.");
  mouth->close(1, 1);
  loop.advance(200ms);
  mouth->hold(7);
  mouth->resume(7);
  mouth->close(7, 0);
  mouth->abandon(7);
  EXPECT_EQ(mouth->flush(7), 0);
  loop.advance(2s);
  EXPECT_EQ(all<event::Drained>().size(), 1u);
}

TEST_F(MouthTest, a_flush_stops_at_once_and_knows_what_was_heard) {
  mouth->release(1);
  mouth->speak(1, 0, std::string(50, 'a'));
  mouth->speak(1, 1, std::string(50, 'b'));
  loop.advance(1080ms);
  const auto sent = wire.frames.size();
  EXPECT_NEAR(static_cast<double>(mouth->flush(1)), 8000, 160);
  EXPECT_EQ(wire.clears, 1);
  loop.advance(3s);
  EXPECT_EQ(wire.frames.size(), sent);
  EXPECT_EQ(clock.size(), 0u);
  EXPECT_EQ(all<event::Drained>().size(), 0u);
}

TEST_F(MouthTest, while_held_no_beat_is_asked_for_and_clauses_are_rendered_on) {
  mouth->release(1);
  mouth->speak(1, 0, std::string(20, 'a'));
  loop.advance(300ms);
  mouth->hold(1);
  mouth->speak(1, 1, "more");
  mouth->close(1, 2);
  loop.advance(1s);
  EXPECT_EQ(clock.size(), 0u);
  EXPECT_EQ(all<event::ClauseReady>().size(), 2u);
  EXPECT_EQ(all<event::Drained>().size(), 0u);
  mouth->resume(1);
  loop.advance(3s);
  EXPECT_EQ(all<event::Drained>().size(), 1u);
}

TEST_F(MouthTest, a_clause_after_the_close_is_heard_before_the_reply_drains) {
  voice.delay = 500ms;  // longer than the first clause lasts
  phrases.put({voice.key(), 8000, "Hi"}, std::make_shared<const std::vector<std::int16_t>>(FakeVoice::tone(1600)));
  mouth->release(1);
  mouth->speak(1, 0, "Hi");
  mouth->close(1, 1);
  loop.advance(100ms);
  mouth->speak(1, 1, "Goodbye.");
  mouth->close(1, 2);
  loop.advance(3s);
  ASSERT_EQ(all<event::Drained>().size(), 1u);
  EXPECT_GT(when<event::Drained>(), 1s) << "behind the goodbye";
}

TEST_F(MouthTest, more_clauses_than_it_keeps_are_refused_and_the_reply_still_drains) {
  mouth->release(1);
  const int n = static_cast<int>(Mouth::kMostClauses) + 10;
  for (int i = 0; i < n; ++i) mouth->speak(1, i, "a");
  mouth->close(1, n);
  loop.advance(60s);
  EXPECT_EQ(all<event::ClauseReady>().size(), static_cast<std::size_t>(n));
  EXPECT_EQ(all<event::Drained>().size(), 1u);
}

TEST_F(MouthTest, whoever_is_told_may_order_anything_from_inside_the_telling) {
  // A clause ordered while one is being told comes behind it, cached or not.
  phrases.put({voice.key(), 8000, "two"}, std::make_shared<const std::vector<std::int16_t>>(800, std::int16_t{3000}));
  int next = 1;
  react = [&](const Event& e) {
    if (std::holds_alternative<event::ClauseReady>(e) && next < 3) {
      const int n = next++;
      mouth->speak(1, n, "two");
      if (n == 2) mouth->close(1, 3);
    }
  };
  mouth->release(1);
  mouth->speak(1, 0, "first");
  loop.advance(2s);
  const auto ready = all<event::ClauseReady>();
  ASSERT_EQ(ready.size(), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ready[static_cast<std::size_t>(i)].clause, i);
  EXPECT_EQ(all<event::Drained>().size(), 1u);
  EXPECT_EQ(mouth->heard(), ready[0].samples + ready[1].samples + ready[2].samples);
  EXPECT_NE(wire.frames[0].second[50], audio::mulaw_encode(std::int16_t{3000})) << "the first is heard first";

  for (const int what : {0, 1, 2, 3}) {  // … or end it
    events.clear();
    const auto g = static_cast<Generation>(what + 2);
    react = [&, done = false](const Event& e) mutable {
      if (std::exchange(done, true)) return;
      if (what == 0) mouth->flush(g);
      if (what == 1) mouth->abandon(g);
      if (what == 2) mouth->hold(g);
      if (what == 3) mouth->release(99), mouth->speak(99, 0, "another"), mouth->close(99, 1);
    };
    mouth->release(g);
    mouth->speak(g, 0, "something else " + std::to_string(what));
    mouth->speak(g, 1, "two");
    mouth->close(g, 2);
    loop.advance(5s);
    react = {};
    EXPECT_EQ(all<event::Drained>().size(), what == 3 ? 1u : 0u) << what;
    mouth->abandon(g);
  }
}

// ---- voices that stream

TEST_F(MouthTest, a_stream_is_heard_from_its_first_piece) {
  voice.piece = 20ms;  // five times as fast as it is heard
  mouth->release(1);
  mouth->speak(1, 0, "A sentence that takes a while.");
  mouth->close(1, 1);
  loop.advance(5s);
  EXPECT_EQ(when<event::ClauseBegun>(), 80ms);
  EXPECT_EQ(when<event::Audible>(), 80ms);
  EXPECT_GT(when<event::ClauseReady>(), 400ms);
  ASSERT_EQ(all<event::ClauseReady>().size(), 1u);
  EXPECT_NEAR(static_cast<double>(all<event::ClauseReady>()[0].samples), 30 * 480 + 220 * 8, 200);
  EXPECT_EQ(mouth->heard(), all<event::ClauseReady>()[0].samples);
  EXPECT_EQ(mouth->playout().underruns(), 0u);
  EXPECT_EQ(all<event::Drained>().size(), 1u);
}

TEST_F(MouthTest, a_stream_is_kept_whole_and_said_again_without_its_voice) {
  voice.piece = 20ms;
  for (const Generation g : {1u, 2u}) {
    mouth->release(g);
    mouth->speak(g, 0, "Say it again.");
    mouth->close(g, 1);
    loop.advance(3s);
  }
  EXPECT_EQ(voice.texts.size(), 1u);
  const auto ready = all<event::ClauseReady>();
  ASSERT_EQ(ready.size(), 2u);
  EXPECT_EQ(ready[0].samples, ready[1].samples);
}

TEST_F(MouthTest, a_voice_that_falls_behind_is_an_underrun_and_the_next_clause_waits_for_a_cushion) {
  voice.piece = 150ms;  // for 100 ms of sound
  mouth->release(1);
  mouth->speak(1, 0, "Rather slow.");
  mouth->close(1, 1);
  loop.advance(5s);
  EXPECT_GT(mouth->playout().underruns(), 0u);
  EXPECT_EQ(all<event::Drained>().size(), 1u);
  events.clear();
  const Time asked = loop.now();
  voice.piece = 20ms;
  mouth->release(2);
  mouth->speak(2, 0, "Another one.");
  mouth->close(2, 1);
  loop.advance(5s);
  EXPECT_GT(when<event::Audible>(), asked.time_since_epoch() + 80ms) << "not from its first piece";
  EXPECT_LE(when<event::Audible>(), asked.time_since_epoch() + 80ms + 60ms);
}

TEST_F(MouthTest, a_voice_that_breaks_off_is_told_with_what_came_of_it) {
  voice.piece = 20ms;
  voice.fail_on = "break";
  voice.break_after = 8000;
  mouth->release(1);
  mouth->speak(1, 0, "It will break off in the middle.");
  mouth->speak(1, 1, "Next.");
  mouth->close(1, 2);
  loop.advance(6s);
  const auto ready = all<event::ClauseReady>();
  ASSERT_EQ(ready.size(), 2u);
  EXPECT_FALSE(ready[0].why.empty());
  EXPECT_NEAR(static_cast<double>(ready[0].samples), 8000 + 220 * 8, 200);
  EXPECT_TRUE(ready[1].why.empty());
  EXPECT_EQ(all<event::Drained>().size(), 1u);
  EXPECT_FALSE(phrases.find({voice.key(), 8000, "It will break off in the middle."}));
}

TEST_F(MouthTest, word_times_are_told_as_positions_in_what_is_played) {
  voice.stray = true;
  mouth->release(1);
  mouth->speak(1, 0, "Hello you.");
  std::vector<std::int16_t> sound(1600);  // 200 ms of silence, of which 10 are played
  const auto tone = FakeVoice::tone(4800);
  sound.insert(sound.end(), tone.begin(), tone.end());
  const tts::Sink sink = voice.strays.at(0);
  sink.said(5, 1600 + 2400);  // before anything is audible
  EXPECT_TRUE(all<event::ClauseSaid>().empty());
  sink.audio(sound);
  sink.said(10, 1600 + 4800);
  const auto said = all<event::ClauseSaid>();
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].bytes, 5);
  EXPECT_NEAR(static_cast<double>(said[0].upto), 80 + 2400, 40);
  EXPECT_NEAR(static_cast<double>(said[1].upto), 80 + 4800, 40);
  EXPECT_EQ(when<event::ClauseBegun>(), 0ms);
  mouth->abandon(1);
  voice.strays.clear();
}

TEST_F(MouthTest, an_interruption_in_a_stream_cancels_it_and_knows_what_was_heard) {
  voice.piece = 20ms;
  mouth->release(1);
  mouth->speak(1, 0, "A sentence that takes a good while to say.");
  loop.advance(80ms + 500ms);
  const Sample heard = mouth->flush(1);
  EXPECT_NEAR(static_cast<double>(heard), 500 * 8, 200);
  EXPECT_EQ(voice.open, 0);
  loop.advance(3s);
  EXPECT_TRUE(all<event::ClauseReady>().empty() || all<event::ClauseReady>()[0].generation == 1u);
  EXPECT_TRUE(all<event::Drained>().empty());
}

}  // namespace
}  // namespace offhook::call

#include "call/playout.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "audio/g711.hpp"
#include "call/wire.hpp"

namespace offhook::call {
namespace {

constexpr int kFrame = 160;
Duration span(Sample s) {
  return Duration(s * 125);
}

// The far end: hears what is sent after `there`, plays it without a break, tells of marks when they have been played.
//
//   sent ──there──▶ [buffer] ─▶ ear          clear ──there──▶ drops the buffer
//        ◀──back─── mark played
class FarEnd final : public Wire {
 public:
  Duration there{}, back{};
  bool echoes = true, at_once = false;
  std::function<void(const std::string&)> marked;

  void send_audio(std::span<const std::uint8_t> mulaw) override {
    frames.emplace_back(mulaw.begin(), mulaw.end());
    sent_at.push_back(now);
    const Time arrives = now + there;
    until = std::max(until, arrives) + span(static_cast<Sample>(mulaw.size()));
    buffer.push_back({until, frames.size() - 1});
  }
  void send_mark(std::string_view name) override {
    ++marks;
    const std::string text(name);
    if (at_once) return marked(text);
    if (echoes) later.insert({std::max(until, now + there) + back, [this, text] { marked(text); }});
  }
  void clear() override {
    ++clears;
    later.insert({now + there, [this] {
                    while (!buffer.empty() && buffer.back().end > now) {
                      // A frame under way is cut where it is.
                      if (buffer.back().end - 20ms < now) cut = 160 - (buffer.back().end - now).count() * 8 / 1000;
                      buffer.pop_back();
                    }
                    until = now;
                  }});
  }
  void hang_up(std::string_view) override {}

  void run(Time t) {
    while (!later.empty() && later.begin()->first <= t) {
      now = std::max(now, later.begin()->first);
      auto task = later.begin()->second;
      later.erase(later.begin());
      task();
    }
    now = t;
  }
  // All that left, decoded.
  std::vector<std::int16_t> sound() const {
    std::vector<std::int16_t> all;
    for (const auto& f : frames)
      for (auto b : f) all.push_back(audio::mulaw_decode(b));
    return all;
  }

  struct Frame {
    Time end;
    std::size_t number;
  };
  Time now{}, until{};
  std::vector<std::vector<std::uint8_t>> frames;
  std::vector<Time> sent_at;
  std::vector<Frame> buffer;  // all that was or will be played
  Sample cut = 0;             // samples of the frame that was under way at the clear
  int marks = 0, clears = 0;
  std::multimap<Time, std::function<void()>> later;
};

class PlayoutTest : public testing::Test {
 protected:
  explicit PlayoutTest(EdgeTraits edge = {})
      : playout(far, edge,
                {[this](Generation g) { audible.push_back({far.now, g}); },
                 [this](Generation g) { drained.push_back({far.now, g}); }}) {
    far.marked = [this](const std::string& name) { playout.mark(name, far.now); };
  }
  void run(Duration d) {  // a beat every 20 ms, on a grid of its own
    for (const Time end = far.now + d; far.now < end;) {
      far.run(far.now + 1ms);
      if (beats && far.now.time_since_epoch() % 20ms == 7ms) playout.beat(far.now);
    }
  }
  // Loud, and every sample tells where it is: µ-law keeps it apart from its neighbours by a slow sine.
  static Playout::Sound sound(Duration d, double hz = 100) {
    std::vector<std::int16_t> s(static_cast<std::size_t>(d.count() * 8 / 1000));
    for (std::size_t i = 0; i < s.size(); ++i)
      s[i] = static_cast<std::int16_t>(8000 * std::sin(2 * M_PI * hz * static_cast<double>(i) / 8000 + 0.3));
    return std::make_shared<const std::vector<std::int16_t>>(std::move(s));
  }
  static std::vector<std::int16_t> through_mulaw(const std::vector<std::int16_t>& s) {
    std::vector<std::int16_t> out;
    for (auto v : s) out.push_back(audio::mulaw_decode(audio::mulaw_encode(v)));
    return out;
  }

  FarEnd far;
  bool beats = true;
  std::vector<std::pair<Time, Generation>> audible, drained;
  Playout playout;
};

TEST_F(PlayoutTest, nothing_leaves_before_the_release) {
  playout.begin(1);
  playout.add(sound(1s), far.now);
  run(200ms);
  EXPECT_TRUE(far.frames.empty());
  playout.release(far.now);
  EXPECT_FALSE(far.frames.empty());
  ASSERT_EQ(audible.size(), 1u);
  EXPECT_EQ(audible[0].first, far.now);
}

TEST_F(PlayoutTest, runs_a_lead_of_60_ms_and_no_more) {
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(3s), far.now);
  for (int i = 0; i < 100; ++i) {
    run(20ms);
    const Duration ahead = far.until - far.now;
    EXPECT_GE(ahead, 40ms) << i;
    EXPECT_LE(ahead, 60ms + 20ms) << i;
  }
}

TEST_F(PlayoutTest, what_is_sent_is_the_sound_to_the_sample) {
  const auto a = sound(333ms, 100), b = sound(517ms, 170);
  playout.begin(1);
  playout.add(a, far.now);
  playout.add(b, far.now);
  playout.release(far.now);
  playout.close(far.now);
  run(2s);
  auto all = *a;
  all.insert(all.end(), b->begin(), b->end());
  auto expected = through_mulaw(all);
  auto got = far.sound();
  ASSERT_GE(got.size(), expected.size());
  EXPECT_LT(got.size(), expected.size() + kFrame);
  got.resize(expected.size());
  EXPECT_EQ(got, expected);
}

TEST_F(PlayoutTest, pauses_between_clauses_are_sent_as_silence_and_are_no_underrun) {
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(200ms), far.now);
  run(700ms);  // the voice is slow
  playout.add(sound(200ms), far.now);
  playout.close(far.now);
  run(1s);
  EXPECT_EQ(playout.underruns(), 0u);
  ASSERT_EQ(drained.size(), 1u);
  const auto all = far.sound();
  EXPECT_EQ(all[4000], 0) << "in the pause";
  EXPECT_GT(all.size(), 8000u * 8 / 10);
}

TEST_F(PlayoutTest, before_its_first_sound_and_after_its_last_nothing_is_sent) {
  playout.begin(1);
  playout.release(far.now);
  run(500ms);
  EXPECT_TRUE(far.frames.empty());
  playout.add(sound(200ms), far.now);
  playout.close(far.now);
  run(1s);
  EXPECT_EQ(far.frames.size(), 10u);
  EXPECT_FALSE(playout.sounding());
}

TEST_F(PlayoutTest, marks_name_utterance_sample_and_epoch) {
  std::vector<std::string> names;
  far.marked = [&](const std::string& name) { names.push_back(name), playout.mark(name, far.now); };
  playout.begin(7);
  playout.release(far.now);
  playout.add(sound(1200ms), far.now);
  playout.close(far.now);
  run(2s);
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.back(), "7:9600:1");
  EXPECT_EQ(std::count(names.begin(), names.end(), "7:9600:1"), 1);
  EXPECT_GE(names.size(), 3u) << "every 500 ms";
  EXPECT_EQ(playout.heard(far.now), 9600);
}

TEST_F(PlayoutTest, drained_when_the_last_mark_is_back) {
  far.there = far.back = 40ms;
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(1s), far.now);
  playout.close(far.now);
  run(3s);
  ASSERT_EQ(drained.size(), 1u);
  EXPECT_NEAR(to_ms(drained[0].first.time_since_epoch()), 1080, 3);
}

TEST_F(PlayoutTest, drained_by_the_clock_where_marks_do_not_come_back) {
  far.echoes = false;
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(1s), far.now);
  playout.close(far.now);
  run(1400ms);
  EXPECT_TRUE(drained.empty());
  run(400ms);
  ASSERT_EQ(drained.size(), 1u);
}

class PlayoutWithoutMarks : public PlayoutTest {
 protected:
  PlayoutWithoutMarks() : PlayoutTest(EdgeTraits{.marks = false, .clear = false}) {}
};
TEST_F(PlayoutWithoutMarks, drained_by_the_clock_alone_and_what_cannot_be_cleared_counts_as_heard) {
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(1s), far.now);
  playout.close(far.now);
  run(1100ms);
  ASSERT_EQ(drained.size(), 1u);
  EXPECT_NEAR(to_ms(drained[0].first.time_since_epoch()), 1010, 20);
  EXPECT_EQ(far.marks, 0);
  playout.begin(2);
  playout.release(far.now);
  playout.add(sound(1s), far.now);
  run(500ms);
  const auto sent = static_cast<Sample>(far.frames.size() * kFrame - 8000);
  EXPECT_EQ(playout.flush(far.now), sent);
}

TEST_F(PlayoutTest, a_far_end_that_answers_at_once_drains_once) {
  far.at_once = true;
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(300ms), far.now);
  playout.close(far.now);
  run(1s);
  EXPECT_EQ(drained.size(), 1u);
}

TEST_F(PlayoutTest, a_reply_without_any_sound_is_drained_at_once) {
  playout.begin(1);
  playout.release(far.now);
  playout.close(far.now);
  EXPECT_EQ(drained.size(), 1u);
  EXPECT_TRUE(audible.empty());
  EXPECT_EQ(far.clears, 0);
}

TEST_F(PlayoutTest, a_hold_sends_one_fading_frame_and_a_resume_goes_on_at_the_same_sample) {
  const auto s = sound(2s);
  playout.begin(1);
  playout.release(far.now);
  playout.add(s, far.now);
  playout.close(far.now);
  run(500ms);
  const std::size_t before = far.frames.size();
  playout.hold(far.now);
  playout.hold(far.now);
  run(300ms);
  ASSERT_EQ(far.frames.size(), before + 1);
  EXPECT_LE(far.until, far.now - 200ms) << "silent within 100 ms";
  playout.resume(far.now);
  run(3s);
  auto got = far.sound();
  const std::size_t at = before * kFrame;
  // The fading frame begins as the sound would have gone on, and ends in silence.
  const auto expected = through_mulaw(*s);
  EXPECT_NEAR(got[at], expected[at], 600);
  EXPECT_LE(std::abs(got[at + kFrame - 1]), 100);
  // Without it, the sound is whole but for the 10 ms that fade in.
  got.erase(got.begin() + static_cast<std::ptrdiff_t>(at), got.begin() + static_cast<std::ptrdiff_t>(at) + kFrame);
  ASSERT_EQ(got.size(), expected.size());
  EXPECT_LE(std::abs(got[at]), 100);
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (i < at || i >= at + 80) {
      ASSERT_EQ(got[i], expected[i]) << i;
    }
  }
  EXPECT_EQ(playout.underruns(), 0u) << "a hold is no underrun";
  EXPECT_EQ(drained.size(), 1u);
}

TEST_F(PlayoutTest, a_long_hold_and_one_at_the_very_end_still_drain) {
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(200ms), far.now);
  playout.close(far.now);
  run(170ms);  // all is sent, not all is heard
  playout.hold(far.now);
  run(60s);
  EXPECT_TRUE(drained.empty()) << "not while held";
  playout.resume(far.now);
  run(1s);
  EXPECT_EQ(drained.size(), 1u);
  EXPECT_EQ(playout.underruns(), 0u);
}

TEST_F(PlayoutTest, a_hold_before_the_first_sound_sends_nothing) {
  playout.begin(1);
  playout.release(far.now);
  playout.hold(far.now);
  playout.add(sound(1s), far.now);
  run(300ms);
  EXPECT_TRUE(far.frames.empty());
  playout.resume(far.now);
  EXPECT_FALSE(far.frames.empty());
  EXPECT_EQ(far.sound()[0], through_mulaw(*sound(1s))[0]) << "there is nothing to fade in from";
}

TEST_F(PlayoutTest, a_flush_knows_within_a_frame_what_will_have_been_heard_when_the_clear_arrives) {
  for (const auto trip : {0ms, 80ms, 300ms}) {
    for (const auto after : {130ms, 777ms, 2931ms}) {
      SCOPED_TRACE(std::to_string(trip.count()) + " " + std::to_string(after.count()));
      FarEnd fresh;
      far = std::move(fresh);
      far.there = far.back = trip / 2;
      audible.clear(), drained.clear();
      Playout p(far, {}, {});
      far.marked = [&](const std::string& name) { p.mark(name, far.now); };
      p.begin(1);
      p.release(far.now);
      p.add(sound(5s), far.now);
      for (const Time end = far.now + after; far.now < end;) {
        far.run(far.now + 1ms);
        if (far.now.time_since_epoch() % 20ms == 7ms) p.beat(far.now);
      }
      const Sample said = p.flush(far.now);
      EXPECT_EQ(far.clears, 1);
      far.run(far.now + trip + 1ms);
      const Sample heard = static_cast<Sample>(far.buffer.size()) * kFrame + far.cut;
      EXPECT_NEAR(static_cast<double>(said), static_cast<double>(heard), kFrame);
      EXPECT_LE(said, heard) << "nothing unheard";
    }
  }
}

TEST_F(PlayoutTest, after_a_flush_old_marks_are_ignored_and_the_next_reply_is_whole) {
  far.there = far.back = 50ms;
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(2s), far.now);
  run(300ms);
  playout.flush(far.now);
  playout.begin(2);
  playout.release(far.now);
  playout.add(sound(1s), far.now);
  playout.mark("1:999999:1", far.now);
  playout.mark("2:8000:1", far.now);  // the epoch before
  for (const char* junk :
       {"", ":", "2", "2:", "2:8000", "2:8000:2:", "x:1:2", "2:-1:2", "99999999999999999999:1:2", "2:8000:2 "})
    playout.mark(junk, far.now);
  EXPECT_LT(playout.heard(far.now), 8000);
  playout.close(far.now);
  far.echoes = false;
  run(1200ms);
  playout.mark("2:8000:1", far.now);
  EXPECT_TRUE(drained.empty());
  playout.mark("2:8000:2", far.now);
  EXPECT_EQ(drained.size(), 1u);
  EXPECT_EQ(drained[0].second, 2u);
}

TEST_F(PlayoutTest, a_drained_reply_is_followed_without_a_clear) {
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(200ms), far.now);
  playout.close(far.now);
  run(1s);
  ASSERT_EQ(drained.size(), 1u);
  playout.flush(far.now);
  EXPECT_EQ(far.clears, 0);
}

TEST_F(PlayoutTest, a_late_beat_is_an_underrun_only_where_sound_is_broken) {
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(1s), far.now);
  run(300ms);
  beats = false;  // the loop stands still
  run(200ms);
  beats = true;
  run(40ms);
  EXPECT_EQ(playout.underruns(), 1u);
  run(1500ms);  // the clause is over: silence is sent
  beats = false;
  run(200ms);
  beats = true;
  run(100ms);
  playout.add(sound(300ms), far.now);
  run(300ms);
  EXPECT_EQ(playout.underruns(), 1u) << "a late silence is not heard";
}

TEST_F(PlayoutTest, a_beat_late_by_less_than_the_lead_is_nothing) {
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(2s), far.now);
  for (int i = 0; i < 20; ++i) {
    run(40ms);
    beats = false;
    run(35ms);
    beats = true;
  }
  EXPECT_EQ(playout.underruns(), 0u);
}

TEST_F(PlayoutTest, the_lead_grows_with_uneven_trips_and_is_bounded) {
  far.there = 20ms;
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(60s), far.now);
  for (int i = 0; i < 60; ++i) {
    far.back = i % 2 ? 20ms : 150ms;
    run(500ms);
  }
  EXPECT_GT(playout.lead(), 120ms);
  EXPECT_LE(playout.lead(), Playout::kLongestLead);
  far.back = 20ms;
  run(25s);
  EXPECT_LT(playout.lead(), 120ms) << "and comes back";
  far.back = 3s;
  run(1s);
  EXPECT_LE(playout.lead(), Playout::kLongestLead);
}

TEST_F(PlayoutTest, one_more_clause_after_the_close_is_heard_before_it_drains) {
  playout.begin(1);
  playout.release(far.now);
  playout.add(sound(200ms), far.now);
  playout.close(far.now);
  run(100ms);
  playout.reopen();
  run(500ms);
  EXPECT_TRUE(drained.empty());
  playout.add(sound(200ms), far.now);
  playout.close(far.now);
  run(1s);
  EXPECT_EQ(drained.size(), 1u);
  EXPECT_EQ(playout.heard(far.now), 3200);
}

TEST_F(PlayoutTest, waiting_counts_what_has_not_been_sent) {
  playout.begin(1);
  playout.add(sound(1s), far.now);
  playout.add(sound(500ms), far.now);
  EXPECT_EQ(playout.waiting(), 1500ms);
  playout.release(far.now);
  run(500ms);
  EXPECT_NEAR(to_ms(playout.waiting()), 1500 - 500 - 60, 21);
}

TEST_F(PlayoutTest, who_is_told_may_do_anything) {
  for (int what = 0; what < 5; ++what) {
    SCOPED_TRACE(what);
    FarEnd wire;
    Playout* p = nullptr;
    int told = 0;
    auto act = [&](Generation) {
      ++told;
      if (what == 0) p->flush(wire.now);
      if (what == 1) p->hold(wire.now);
      if (what == 2) p->close(wire.now);
      if (what == 3) p->flush(wire.now), p->begin(9), p->release(wire.now), p->add(sound(100ms), wire.now);
      if (what == 4) p->add(sound(100ms), wire.now);
    };
    Playout playing(wire, {},
                    {[&](Generation g) {
                       if (told < 3) act(g);
                     },
                     [&](Generation g) {
                       if (told < 3) act(g);
                     }});
    wire.marked = [&](const std::string& name) { playing.mark(name, wire.now); };
    p = &playing;
    playing.begin(1);
    playing.add(sound(100ms), wire.now);
    playing.release(wire.now);
    for (int i = 0; i < 2000; ++i) {
      wire.run(wire.now + 1ms);
      if (i % 20 == 0) playing.beat(wire.now);
    }
    EXPECT_GE(told, 1);
  }
}

}  // namespace
}  // namespace offhook::call

#include "call/ears.hpp"

#include <gtest/gtest.h>

#include "call/fakes.hpp"

namespace offhook::call {
namespace {

class EarsTest : public testing::Test {
 protected:
  EarsTest() {
    ears.emplace(loop, vad, &detector, recognizer, [this](Event e) { events.push_back(std::move(e)); });
  }
  ~EarsTest() override {
    ears.reset();
    EXPECT_EQ(vad.streams, 0);
    EXPECT_EQ(recognizer.sessions, 0);
  }
  // 20 ms of sound, the next of the stream.
  void frame(bool loud) {
    ears->audio(mulaw(loud, 160), at);
    at += 160;
    loop.advance(20ms);
  }
  static std::vector<std::uint8_t> mulaw(bool loud, int n) {
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < n; ++i)
      bytes.push_back(audio::mulaw_encode(static_cast<std::int16_t>(loud ? (i % 8 < 4 ? 6000 : -6000) : 0)));
    return bytes;
  }
  template <class E>
  std::vector<E> all() const {
    std::vector<E> found;
    for (const auto& e : events)
      if (auto* x = std::get_if<E>(&e)) found.push_back(*x);
    return found;
  }

  net::VirtualLoop loop;
  FakeVad vad{loop};
  FakeDetector detector{loop};
  FakeRecognizer recognizer;
  std::vector<Event> events;
  std::optional<Ears> ears;
  std::int64_t at = 0;
};

TEST_F(EarsTest, windows_come_every_256_samples_with_probability_and_level) {
  for (int i = 0; i < 100; ++i) frame(i >= 50);
  const auto windows = all<event::Window>();
  ASSERT_GE(windows.size(), 61u);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    EXPECT_EQ(windows[i].end, static_cast<Sample>(256 * (i + 1)));
    const bool loud = windows[i].end > 8000 + 256;
    if (windows[i].end <= 8000) {
      EXPECT_LT(windows[i].speech, 20);
      EXPECT_GT(windows[i].level, 60);
    } else if (loud) {
      EXPECT_GT(windows[i].speech, 200);
      EXPECT_NEAR(windows[i].level, 15, 3);  // 6000 of 32768 are -14.7 dB
    }
  }
}

// Lets through every other second of the line, two frames late.
class EverySecond final : public noise::Filter {
 public:
  Did frame(std::span<const float, noise::kFrame> in, std::span<float, noise::kFrame> out) override {
    std::ranges::copy(late_[0], out.begin());
    if ((frames_++ - 2) / 100 % 2 == 1) std::ranges::fill(out, 0.0f);
    late_[0] = late_[1];
    std::ranges::copy(in, late_[1].begin());
    return Did::cleaned;
  }

 private:
  int frames_ = 0;
  std::array<std::array<float, noise::kFrame>, 2> late_{};
};

TEST_F(EarsTest, behind_noise_suppression_each_window_ends_where_the_callers_sound_did) {
  ears.emplace(
      loop, vad, &detector, recognizer, [this](Event e) { events.push_back(std::move(e)); }, stt::Used{}, nullptr,
      std::make_unique<noise::Stream>(std::make_unique<EverySecond>(), 2 * noise::kFrame, 0.0f));
  at = 80000;
  for (int i = 0; i < 150; ++i) frame(true);
  const auto windows = all<event::Window>();
  ASSERT_GE(windows.size(), 90u);  // 93 without
  for (std::size_t i = 0; i < windows.size(); ++i) {
    EXPECT_EQ(windows[i].end, static_cast<Sample>(80000 + 256 * (i + 1)));
    const Sample in = windows[i].end - 80000;  // samples since the line began
    if (in <= 8000 || in > 16256) EXPECT_GT(windows[i].speech, 200) << in;
    if (in > 8256 && in <= 16000) EXPECT_LT(windows[i].speech, 20) << in;
  }
}

TEST_F(EarsTest, the_run_up_is_what_noise_suppression_left_and_what_follows_joins_it) {
  ears.emplace(
      loop, vad, &detector, recognizer, [this](Event e) { events.push_back(std::move(e)); }, stt::Used{}, nullptr,
      std::make_unique<noise::Stream>(std::make_unique<EverySecond>(), 2 * noise::kFrame, 0.0f));
  for (int i = 0; i < 75; ++i) frame(true);  // 1.5 s
  ears->listen(1, 4000);                     // from half a second
  for (int i = 0; i < 50; ++i) frame(true);  // to 2.5 s
  const auto& heard = recognizer.turns.back().samples;
  ASSERT_GT(heard.size(), 2u * 15500);
  for (std::size_t i = 0; i < heard.size(); i += 100) {
    const std::size_t in = i / 2 + 4000;
    if (in > 8050 && in < 15950) EXPECT_LT(std::abs(heard[i]), 0.01f) << in;
  }
  EXPECT_GT(audio::rms(std::span<const float>(heard).first(2 * 3900)), 0.1);
  EXPECT_LT(audio::rms(std::span<const float>(heard).subspan(2 * 4100, 2 * 7800)), 0.01);
  EXPECT_GT(audio::rms(std::span<const float>(heard).subspan(2 * 12100)), 0.1);
}

TEST_F(EarsTest, a_stream_may_begin_anywhere) {
  at = 123456;
  for (int i = 0; i < 10; ++i) frame(true);
  const auto windows = all<event::Window>();
  ASSERT_FALSE(windows.empty());
  EXPECT_EQ(windows[0].end, 123456 + 256);
}

TEST_F(EarsTest, a_short_gap_is_silence_and_positions_stay_true) {
  for (int i = 0; i < 20; ++i) frame(true);
  at += 1600;  // 200 ms lost
  for (int i = 0; i < 20; ++i) frame(true);
  const auto windows = all<event::Window>();
  for (std::size_t i = 1; i < windows.size(); ++i)
    EXPECT_EQ(windows[i].end - windows[i - 1].end, 256) << "no hole in the windows";
  int quiet = 0;
  for (const auto& w : windows) quiet += w.speech < 20;
  EXPECT_NEAR(quiet, 6, 1);
  EXPECT_GE(windows.back().end, at - 512);
}

TEST_F(EarsTest, after_a_long_gap_the_line_begins_anew_at_the_right_place) {
  for (int i = 0; i < 20; ++i) frame(true);
  at += 80000;
  const auto before = all<event::Window>().size();
  for (int i = 0; i < 20; ++i) frame(true);
  const auto windows = all<event::Window>();
  ASSERT_GT(windows.size(), before);
  EXPECT_EQ(windows[before].end, 20 * 160 + 80000 + 256);
}

TEST_F(EarsTest, a_late_frame_mends_the_history_but_is_not_heard_again) {
  for (int i = 0; i < 10; ++i) frame(true);
  at += 160;
  for (int i = 0; i < 10; ++i) frame(true);
  const auto before = all<event::Window>();
  ears->audio(mulaw(true, 160), 1600);  // the one that was missing
  ears->audio(mulaw(true, 160), 0);     // and one twice
  loop.advance(20ms);
  EXPECT_EQ(all<event::Window>().size(), before.size());
  recognizer.texts = {"hello"};
  ears->listen(1, 0);
  float least = 1;
  const auto& samples = recognizer.turns[0].samples;
  ASSERT_GT(samples.size(), 6000u);
  for (std::size_t i = 3300; i < 3400; i += 8) {
    float loudest = 0;
    for (std::size_t k = i; k < i + 8; ++k) loudest = std::max(loudest, std::abs(samples[k]));
    least = std::min(least, loudest);
  }
  EXPECT_GT(least, 0.05f) << "the recogniser gets the mended sound";
}

TEST_F(EarsTest, a_frame_that_overlaps_the_last_is_taken_from_where_it_is_new) {
  for (int i = 0; i < 10; ++i) frame(true);
  ears->audio(mulaw(true, 320), at - 160);
  at += 160;
  for (int i = 0; i < 10; ++i) frame(true);
  const auto windows = all<event::Window>();
  EXPECT_EQ(windows.back().end % 256, 0);
  EXPECT_LE(windows.back().end, at);
  EXPECT_GT(windows.back().end, at - 512);
}

TEST_F(EarsTest, positions_beyond_all_calls_are_dropped) {
  for (int i = 0; i < 10; ++i) frame(true);
  ears->audio(mulaw(true, 160), std::numeric_limits<std::int64_t>::max() - 10);
  ears->audio(mulaw(true, 160), -5);
  const auto before = all<event::Window>().size();
  for (int i = 0; i < 10; ++i) frame(true);
  EXPECT_GT(all<event::Window>().size(), before);
}

TEST_F(EarsTest, levels_stay_with_their_windows_when_answers_come_late_and_in_bursts) {
  vad.delay = 3s;
  for (int i = 0; i < 100; ++i) frame(i % 2 == 1 && i > 60);
  loop.advance(5s);
  bool seen = false;
  for (const auto& w : all<event::Window>()) {
    if (w.end <= 61 * 160) {
      EXPECT_GT(w.level, 60) << w.end;
    }
    seen = seen || w.level < 30;
  }
  EXPECT_TRUE(seen);
}

TEST_F(EarsTest, the_recogniser_gets_the_run_up_and_then_every_sample_once) {
  for (int i = 0; i < 50; ++i) frame(i >= 25);  // speech from 4000
  ears->listen(1, 4000 - 2400);
  const auto run_up = recognizer.turns[0].samples.size();
  EXPECT_NEAR(static_cast<double>(run_up), 2 * (8000 - 1600), 80);
  for (int i = 0; i < 50; ++i) frame(true);
  EXPECT_EQ(recognizer.turns[0].samples.size() - run_up, 50u * 320u);
  ears->stop_listening(1);
  frame(true);
  EXPECT_EQ(recognizer.turns[0].samples.size() - run_up, 50u * 320u);
  EXPECT_TRUE(recognizer.turns[0].ended);
}

TEST_F(EarsTest, a_pause_is_answered_with_its_position) {
  recognizer.texts = {"hello there"};
  for (int i = 0; i < 50; ++i) frame(true);
  ears->listen(3, 0);
  ears->transcribe(3, 7000);
  loop.advance(100ms);
  ASSERT_EQ(all<event::Transcript>().size(), 1u);
  EXPECT_EQ(all<event::Transcript>()[0], (event::Transcript{3, 7000, "hello there"}));
}

TEST_F(EarsTest, of_two_pauses_only_the_later_is_answered) {
  recognizer.texts = {"hello there"};
  for (int i = 0; i < 50; ++i) frame(true);
  ears->listen(3, 0);
  ears->transcribe(3, 5000);
  loop.advance(30ms);
  ears->transcribe(3, 7000);
  loop.advance(200ms);
  ASSERT_EQ(all<event::Transcript>().size(), 1u);
  EXPECT_EQ(all<event::Transcript>()[0].upto, 7000);
}

TEST_F(EarsTest, answers_to_a_turn_that_is_over_are_dropped) {
  recognizer.answers_after_end = true;
  recognizer.texts = {"old", "new"};
  for (int i = 0; i < 50; ++i) frame(true);
  ears->listen(1, 0);
  ears->transcribe(1, 7000);
  ears->stop_listening(1);
  loop.advance(200ms);
  EXPECT_TRUE(all<event::Transcript>().empty());
  ears->transcribe(1, 7000);  // nor is it asked any more
  ears->stop_listening(1);
  EXPECT_EQ(recognizer.turns[0].pauses.size(), 1u);
}

TEST_F(EarsTest, a_recogniser_that_fails_is_told) {
  recognizer.fails = true;
  for (int i = 0; i < 50; ++i) frame(true);
  ears->listen(1, 0);
  ears->transcribe(1, 7000);
  loop.advance(100ms);
  ASSERT_EQ(all<event::TranscriptFailed>().size(), 1u);
  EXPECT_EQ(all<event::TranscriptFailed>()[0].why, "told to fail");
}

TEST_F(EarsTest, partials_belong_to_the_turn_under_way) {
  recognizer.partial = "hel";
  for (int i = 0; i < 10; ++i) frame(true);
  EXPECT_TRUE(all<event::Partial>().empty());
  ears->listen(4, 0);
  frame(true);
  ASSERT_FALSE(all<event::Partial>().empty());
  EXPECT_EQ(all<event::Partial>().back().utterance, 4u);
}

TEST_F(EarsTest, the_turn_model_hears_the_turn_and_nothing_before_it) {
  for (int i = 0; i < 500; ++i) frame(true);
  ears->listen(1, 60000);
  ears->score(1, 79000);
  ASSERT_EQ(detector.asked.size(), 1u);
  EXPECT_NEAR(static_cast<double>(detector.asked[0].size()), 2.0 * (80000 - 60000), 640);
}

TEST_F(EarsTest, of_a_long_turn_the_turn_model_hears_the_last_eight_seconds) {
  for (int i = 0; i < 500; ++i) frame(true);
  ears->listen(1, 100);
  ears->score(1, 79000);
  loop.advance(100ms);
  ASSERT_EQ(detector.asked.size(), 1u);
  EXPECT_EQ(detector.asked[0].size(), static_cast<std::size_t>(turn::Detector::kMaxSamples));
  ASSERT_EQ(all<event::TurnScored>().size(), 1u);
  EXPECT_EQ(all<event::TurnScored>()[0], (event::TurnScored{1, 79000, 950}));
}

TEST_F(EarsTest, a_score_that_fails_or_has_no_model_is_minus_one) {
  detector.fails = true;
  frame(true);
  ears->score(1, 100);
  loop.advance(100ms);
  Ears none(loop, vad, nullptr, recognizer, [this](Event e) { events.push_back(std::move(e)); });
  none.score(2, 100);
  ASSERT_EQ(all<event::TurnScored>().size(), 2u);
  EXPECT_EQ(all<event::TurnScored>()[0].permille, -1);
  EXPECT_EQ(all<event::TurnScored>()[1].permille, -1);
}

TEST_F(EarsTest, answers_that_come_when_it_is_gone_are_dropped) {
  frame(true);
  ears->listen(1, 0);
  ears->transcribe(1, 100);
  ears->score(1, 100);
  const auto before = events.size();
  ears.reset();
  loop.advance(1s);
  EXPECT_EQ(events.size(), before);
}

}  // namespace
}  // namespace offhook::call

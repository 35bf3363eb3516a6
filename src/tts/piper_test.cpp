#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

#include "audio/level.hpp"
#include "inference/pool_testing.hpp"
#include "net/virtual_loop.hpp"
#include "tts/render.hpp"
#include "tts/tts.hpp"

namespace offhook::tts {
namespace {

using testing::HasSubstr;

const std::string kVoice = OFFHOOK_CACHE_DIR "/models/piper-en_US-joe-medium/en_US-joe-medium.onnx";

class Piper : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    static inference::Pool pool(clock_, 2);
    pool_ = &pool;
    Result<std::unique_ptr<Voice>> loaded = load_piper({kVoice, kVoice + ".json"}, pool);
    ASSERT_TRUE(loaded.ok()) << loaded.error().what;
    voice_ = std::move(*loaded);
  }
  static void TearDownTestSuite() { voice_.reset(); }
  void SetUp() override { ASSERT_TRUE(voice_); }
  void TearDown() override { inference::wait_until_free(*pool_); }

  struct Heard {
    std::vector<std::vector<std::int16_t>> parts;
    std::optional<Result<Spoken>> done;
    std::int64_t used = 0;  // characters
    std::unique_ptr<net::Pending> handle;
    std::vector<std::int16_t> all() const {
      std::vector<std::int16_t> out;
      for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
      return out;
    }
  };

  std::unique_ptr<Heard> start(Speech speech) {
    auto spoken = std::make_unique<Heard>();
    Heard* s = spoken.get();
    s->handle = voice_->synthesize(loop_, std::move(speech),
                                   {.audio =
                                        [this, s](std::span<const std::int16_t> samples) {
                                          EXPECT_TRUE(loop_.is_home());
                                          EXPECT_FALSE(s->done.has_value()) << "sound after done";
                                          s->parts.emplace_back(samples.begin(), samples.end());
                                        },
                                    .used =
                                        [s](std::string_view provider, std::int64_t characters) {
                                          EXPECT_EQ(provider, "local");
                                          s->used += characters;
                                        },
                                    .done =
                                        [s](Result<Spoken> result) {
                                          EXPECT_FALSE(s->done.has_value()) << "done twice";
                                          s->done = std::move(result);
                                        }});
    EXPECT_TRUE(s->parts.empty() && !s->done) << "a callback from inside synthesize()";
    return spoken;
  }
  std::unique_ptr<Heard> start(std::string text) { return start(Speech{.text = std::move(text), .rate = kRate}); }
  std::unique_ptr<Heard> say(std::string text, int rate = kRate) {
    std::unique_ptr<Heard> spoken = start(Speech{.text = std::move(text), .rate = rate});
    EXPECT_TRUE(loop_.wait_until([&] { return spoken->done.has_value(); }));
    return spoken;
  }
  static std::string long_text() {
    std::string text;
    while (text.size() < 700) text += "and then we will look at the tooth that hurts ";
    return text;
  }
  static double seconds(std::size_t samples) { return static_cast<double>(samples) / kRate; }

  static constexpr int kRate = 8000;
  static inline VirtualClock clock_;
  static inline inference::Pool* pool_ = nullptr;
  static inline std::unique_ptr<Voice> voice_;
  net::VirtualLoop loop_;
};

TEST_F(Piper, a_greeting_becomes_speech_of_its_length_and_loudness) {
  const auto spoken = say("Bluebird Dental, how can I help?");
  ASSERT_TRUE(spoken->done->ok()) << spoken->done->error().what;
  EXPECT_EQ((*spoken->done)->voice, voice_->key());
  EXPECT_THAT(voice_->key(), HasSubstr("en_US-joe-medium"));
  EXPECT_EQ(spoken->used, 32);
  const std::vector<std::int16_t> wire = trimmed(spoken->all(), 8000);
  EXPECT_GT(wire.size(), 8000u);
  EXPECT_LT(wire.size(), 4u * 8000);
  EXPECT_NEAR(audio::dbfs(wire), -21, 4);
}

TEST_F(Piper, sound_comes_at_the_rate_that_is_wanted) {
  for (const int rate : {8000, 16000, 24000}) {
    const double length = static_cast<double>(say("We are open from nine to five.", rate)->all().size()) / rate;
    EXPECT_GT(length, 1.2) << rate;
    EXPECT_LT(length, 3.0) << rate;
  }
  const auto refused = say("Hello", 0);
  ASSERT_FALSE(refused->done->ok());
  EXPECT_EQ(refused->done->error().code, Errc::invalid);
}

TEST_F(Piper, short_and_long_clauses_are_about_equally_loud) {
  for (const char* text : {"Yes.", "Sure.", "Hello", "Okay, one moment.",
                           "We are open from nine to five on weekdays, and on Saturday mornings."}) {
    // The voice draws its noise anew each time; of a single word the level varies by some dB.
    std::array<double, 3> levels{};
    for (double& level : levels) {
      const std::vector<std::int16_t> wire = trimmed(say(text)->all(), kRate, {.before = 0ms, .after = 0ms});
      level = audio::dbfs(wire);
      EXPECT_LT(std::ranges::count_if(wire, [](std::int16_t s) { return s > 32700 || s < -32700; }), 20) << text;
    }
    std::ranges::sort(levels);
    EXPECT_NEAR(levels[1], -21, 8) << text;
  }
}

TEST_F(Piper, nothing_speakable_is_done_without_sound) {
  for (const char* text : {"", "   ", "...", "?!", "\xe2\x80\x94"}) {
    const auto spoken = say(text);
    EXPECT_TRUE(spoken->done->ok()) << text;
    EXPECT_TRUE(spoken->parts.empty()) << text;
  }
}

TEST_F(Piper, two_texts_at_once_both_come_whole) {
  const auto one = start("Your appointment is on Tuesday at three.");
  const auto two = start("Is there anything else I can do for you?");
  ASSERT_TRUE(loop_.wait_until([&] { return one->done && two->done; }));
  for (const auto* spoken : {one.get(), two.get()}) {
    ASSERT_TRUE(spoken->done->ok());
    EXPECT_GT(seconds(spoken->all().size()), 1.0);
    EXPECT_LT(seconds(spoken->all().size()), 5.0);
  }
}

TEST_F(Piper, a_long_text_comes_in_parts_none_of_which_holds_up_others_for_long) {
  const auto spoken = say(long_text());
  ASSERT_TRUE(spoken->done->ok());
  EXPECT_GE(spoken->parts.size(), 3u);
  for (const auto& part : spoken->parts) EXPECT_LT(seconds(part.size()), 20);
  EXPECT_GT(seconds(spoken->all().size()), 25);
}

TEST_F(Piper, sentences_come_one_by_one) {
  EXPECT_EQ(say("Good morning. How are you? Fine!")->parts.size(), 3u);
}

TEST_F(Piper, a_text_beyond_all_measure_is_refused) {
  const auto spoken = say(std::string(100'000, 'a'));
  ASSERT_FALSE(spoken->done->ok());
  EXPECT_EQ(spoken->done->error().code, Errc::invalid);
}

TEST_F(Piper, what_is_cancelled_before_it_begins_is_never_rendered) {
  std::promise<void> let_go = inference::occupy(*pool_);
  const auto cancelled = start(long_text());
  cancelled->handle.reset();
  const std::uint64_t before = pool_->health().done;
  const auto start_of_work = std::chrono::steady_clock::now();
  let_go.set_value();
  ASSERT_TRUE(loop_.wait_until([&] { return pool_->health().done >= before + 3; }));
  EXPECT_LT(std::chrono::steady_clock::now() - start_of_work, 500ms);  // its first part alone takes 700
  loop_.run_ready();
  EXPECT_TRUE(cancelled->parts.empty());
  EXPECT_FALSE(cancelled->done);
}

TEST_F(Piper, no_callback_comes_after_the_handle_has_gone_even_from_inside_one) {
  const auto token = std::make_shared<int>(0);
  std::unique_ptr<net::Pending> handle;
  int heard = 0, done = 0;
  handle = voice_->synthesize(loop_, {.text = "One. Two. Three."},
                              {.audio =
                                   [&, token](std::span<const std::int16_t>) {
                                     ++heard;
                                     handle.reset();
                                     ASSERT_EQ(*token, 0);  // what the callback holds is still there
                                   },
                               .done = [&, token](Result<Spoken>) { ++done; }});
  ASSERT_TRUE(loop_.wait_until([&] { return heard > 0; }));
  EXPECT_EQ(token.use_count(), 1) << "the sink's captures die with the handle, on the loop";
  ASSERT_TRUE(loop_.wait_until([&] { return pool_->health().queued == 0; }));
  const auto after = say("Yes.");  // whatever the cancelled one posted has come before this
  EXPECT_TRUE(after->done->ok());
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(done, 0);
}

TEST_F(Piper, what_the_pool_cannot_come_to_in_time_says_timeout) {
  std::promise<void> let_go = inference::occupy(*pool_);
  const auto late = start(Speech{.text = "Too late.", .deadline = Deadline(clock_.now() + 100ms)});
  clock_.advance(200ms);
  let_go.set_value();
  ASSERT_TRUE(loop_.wait_until([&] { return late->done.has_value(); }));
  ASSERT_FALSE(late->done->ok());
  EXPECT_EQ(late->done->error().code, Errc::timeout);
  EXPECT_TRUE(late->parts.empty());
}

TEST_F(Piper, silence_beyond_the_first_deadline_is_told_on_time_though_no_thread_is_free) {
  std::promise<void> let_go = inference::occupy(*pool_);
  const auto late = start(
      Speech{.text = "Hello.", .first_sound = Deadline(loop_.now() + 300ms), .deadline = Deadline(loop_.now() + 10s)});
  loop_.advance(299ms);
  EXPECT_FALSE(late->done);
  loop_.advance(1ms);
  ASSERT_TRUE(late->done);
  ASSERT_FALSE(late->done->ok());
  EXPECT_EQ(late->done->error().code, Errc::timeout);
  let_go.set_value();
  inference::wait_until_free(*pool_);
  loop_.run_ready();
  EXPECT_TRUE(late->parts.empty());
  EXPECT_EQ(late->used, 0) << "rendered though it was given up";
}

TEST_F(Piper, after_its_first_sound_only_the_whole_has_a_deadline) {
  const auto late = start(Speech{.text = "One moment. " + long_text(),
                                 .rate = kRate,
                                 .first_sound = Deadline(loop_.now() + 300ms),
                                 .deadline = Deadline(loop_.now() + 1s)});
  ASSERT_TRUE(loop_.wait_until([&] { return !late->parts.empty(); }));
  std::promise<void> let_go = inference::occupy(*pool_);
  loop_.advance(999ms);
  EXPECT_FALSE(late->done);
  loop_.advance(1ms);
  ASSERT_TRUE(late->done);
  ASSERT_FALSE(late->done->ok());
  EXPECT_EQ(late->done->error().code, Errc::timeout);
  let_go.set_value();
}

TEST_F(Piper, what_a_clause_takes_is_printed) {
  for (const char* text : {"Sure.", "Okay, one moment.", "Bluebird Dental, how can I help?",
                           "We are open from nine to five on weekdays, and on Saturday mornings."}) {
    double best = 1e9, length = 0;
    for (int i = 0; i < 4; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      const auto spoken = say(text);
      best =
          std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
      length = seconds(spoken->all().size());
    }
    EXPECT_GT(length, 0.1);
    std::printf("%4.1f s of speech in %.0f ms: %s\n", length, best, text);
  }
}

TEST(PiperFiles, a_missing_file_is_named) {
  const VirtualClock clock;
  inference::Pool pool(clock, 1);
  const auto config = load_piper({kVoice, "/nowhere/joe.onnx.json"}, pool);
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, Errc::not_found);
  EXPECT_THAT(config.error().what, HasSubstr("/nowhere/joe.onnx.json"));
  const auto model = load_piper({"/nowhere/joe.onnx", kVoice + ".json"}, pool);
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(model.error().code, Errc::not_found);
  EXPECT_THAT(model.error().what, HasSubstr("/nowhere/joe.onnx"));
}

}  // namespace
}  // namespace offhook::tts

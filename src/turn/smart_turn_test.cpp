#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>
#include <limits>
#include <optional>

#include "audio/resampler.hpp"
#include "audio/wav.hpp"
#include "net/virtual_loop.hpp"
#include "turn/turn.hpp"

namespace offhook::turn {
namespace {

using testing::HasSubstr;

const std::string kModel = OFFHOOK_CACHE_DIR "/models/smart-turn-v3.2-cpu.onnx";

// "Can you tell me when you are open on Saturday?", telephone speech; its first `part` and then 200 ms of silence, as
// the detector is asked.
std::vector<float> caller(double part) {
  const Result<audio::Wav> wav = audio::read_wav(OFFHOOK_SOURCE_DIR "/tests/data/turn_question.wav");
  EXPECT_TRUE(wav.ok()) << wav.error().what;
  std::vector<float> speech;
  for (std::size_t i = 0; i < static_cast<std::size_t>(part * static_cast<double>(wav->samples.size())); ++i) {
    speech.push_back(wav->samples[i] / 32768.0f);
  }
  speech.resize(speech.size() + 1600);
  return audio::resample(speech, 8000, Detector::kRate);
}

class SmartTurn : public testing::Test {
 protected:
  void SetUp() override {
    Result<std::unique_ptr<Detector>> loaded = load_smart_turn(kModel, pool_);
    ASSERT_TRUE(loaded.ok()) << loaded.error().what;
    detector_ = std::move(*loaded);
  }

  Result<float> score(std::vector<float> speech, Deadline deadline = Deadline::never()) {
    std::optional<Result<float>> answer;
    bool inside = true;
    detector_->score(loop_, std::move(speech), deadline, [&](Result<float> result) {
      EXPECT_FALSE(inside) << "answered from inside score()";
      EXPECT_TRUE(loop_.is_home());
      EXPECT_FALSE(answer.has_value()) << "answered twice";
      answer = std::move(result);
    });
    inside = false;
    EXPECT_TRUE(loop_.wait_until([&] { return answer.has_value(); }));
    return answer.value_or(Error{});
  }

  // Keeps the pool's only thread busy until let go.
  std::promise<void> occupy(inference::Pool& pool) {
    std::promise<void> let_go;
    std::promise<void> begun;
    EXPECT_TRUE(pool.submit({.wanted = Time{},
                             .deadline = Deadline::never(),
                             .run = [&begun, wait = let_go.get_future().share()] { begun.set_value(), wait.wait(); },
                             .expired = [] {}}));
    begun.get_future().wait();
    return let_go;
  }

  VirtualClock clock_;
  net::VirtualLoop loop_;
  inference::Pool pool_{clock_, 1, 2};
  std::unique_ptr<Detector> detector_;
};

TEST_F(SmartTurn, a_finished_question_is_complete_and_the_same_cut_in_its_middle_is_not) {
  const Result<float> whole = score(caller(1.0));
  const Result<float> cut = score(caller(0.6));  // "Can you tell me when you …"
  ASSERT_TRUE(whole.ok() && cut.ok());
  std::printf("complete %.3f, cut %.3f\n", *whole, *cut);
  EXPECT_GT(*whole, 0.5f);
  EXPECT_LT(*cut, 0.5f);
}

TEST_F(SmartTurn, no_sound_and_more_than_eight_seconds_get_an_answer_too) {
  EXPECT_TRUE(score({}).ok());
  std::vector<float> speech(Detector::kMaxSamples, 0.0f);
  const std::vector<float> question = caller(1.0);
  speech.insert(speech.end(), question.begin(), question.end());
  const Result<float> last = score(std::move(speech));
  ASSERT_TRUE(last.ok());
  EXPECT_GT(*last, 0.5f);
}

TEST_F(SmartTurn, sound_that_is_not_finite_is_an_error_and_not_a_verdict) {
  const Result<float> verdict = score(std::vector<float>(16000, std::numeric_limits<float>::quiet_NaN()));
  ASSERT_FALSE(verdict.ok());
  EXPECT_EQ(verdict.error().code, Errc::invalid);
}

TEST_F(SmartTurn, a_question_the_pool_cannot_come_to_in_time_says_timeout) {
  std::promise<void> let_go = occupy(pool_);
  std::optional<Result<float>> answer;
  detector_->score(loop_, caller(1.0), Deadline(clock_.now() + 100ms), [&](Result<float> r) { answer = std::move(r); });
  clock_.advance(200ms);
  let_go.set_value();
  ASSERT_TRUE(loop_.wait_until([&] { return answer.has_value(); }));
  ASSERT_FALSE(answer->ok());
  EXPECT_EQ(answer->error().code, Errc::timeout);
  EXPECT_THAT(answer->error().what, HasSubstr("turn"));
}

TEST_F(SmartTurn, a_question_too_many_says_full) {
  std::promise<void> let_go = occupy(pool_);
  std::vector<Result<float>> answers;
  for (int i = 0; i < 3; ++i) {  // the queue holds two
    detector_->score(loop_, caller(1.0), Deadline::never(), [&](Result<float> r) { answers.push_back(std::move(r)); });
  }
  ASSERT_TRUE(loop_.wait_until([&] { return !answers.empty(); }));
  ASSERT_FALSE(answers[0].ok());
  EXPECT_EQ(answers[0].error().code, Errc::full);
  let_go.set_value();
  ASSERT_TRUE(loop_.wait_until([&] { return answers.size() == 3; }));
  EXPECT_TRUE(answers[1].ok() && answers[2].ok());
}

TEST_F(SmartTurn, the_detector_may_go_while_it_is_asked) {
  std::promise<void> let_go = occupy(pool_);
  std::optional<Result<float>> answer;
  detector_->score(loop_, caller(1.0), Deadline::never(), [&](Result<float> r) { answer = std::move(r); });
  detector_.reset();
  let_go.set_value();
  ASSERT_TRUE(loop_.wait_until([&] { return answer.has_value(); }));
  EXPECT_TRUE(answer->ok());
}

TEST_F(SmartTurn, what_a_score_takes_is_printed) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(score(caller(1.0)).ok());
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::printf("a score with its log-mel and its way through the pool: %.1f ms\n", best);
}

TEST(SmartTurnFile, a_missing_or_foreign_file_is_named) {
  const VirtualClock clock;
  inference::Pool pool(clock, 1);
  const auto missing = load_smart_turn("/nowhere/smart-turn.onnx", pool);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().what, HasSubstr("/nowhere/smart-turn.onnx"));
  const auto foreign = load_smart_turn(OFFHOOK_CACHE_DIR "/models/silero_vad_16k_op15.onnx", pool);
  ASSERT_FALSE(foreign.ok());
  EXPECT_EQ(foreign.error().code, Errc::invalid);
}

}  // namespace
}  // namespace offhook::turn

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "audio/level.hpp"
#include "audio/resampler.hpp"
#include "audio/wav.hpp"
#include "vad/vad.hpp"

namespace offhook::vad {
namespace {

const std::string kModels = std::string(OFFHOOK_CACHE_DIR) + "/models/";

std::unique_ptr<Model> load() {
  auto model = load_silero(kModels + "silero_vad_16k_op15.onnx");
  if (!model) {
    ADD_FAILURE() << model.error().what;
    std::abort();
  }
  return std::move(*model);
}

// "What time do you close?", by a voice of flite, as a telephone brings it; from its first sound to its last.
std::vector<float> speech() {
  const auto wav = audio::read_wav(OFFHOOK_SOURCE_DIR "/tests/data/vad_what_time.wav");
  if (!wav) {
    ADD_FAILURE() << wav.error().what;
    std::abort();
  }
  const auto begin = audio::first_audible(wav->samples, wav->rate), end = audio::last_audible(wav->samples, wav->rate);
  std::vector<float> narrow;
  for (std::size_t i = begin; i < end; ++i) narrow.push_back(static_cast<float>(wav->samples[i]) / 32768.0f);
  return audio::resample(narrow, wav->rate, kRate);
}

std::vector<float> noise(std::size_t n, float rms, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, rms);
  std::vector<float> out(n);
  for (float& x : out) x = std::clamp(normal(random), -1.0f, 1.0f);
  return out;
}

std::vector<std::span<const float>> windows(const std::vector<float>& sound) {
  std::vector<std::span<const float>> out;
  for (std::size_t i = 0; i + kWindow <= sound.size(); i += kWindow)
    out.push_back(std::span(sound).subspan(i, kWindow));
  return out;
}

std::vector<float> judge(Model& model, const std::vector<float>& sound) {
  Memory memory;
  std::vector<float> out;
  for (const auto window : windows(sound)) {
    std::vector<Model::Window> batch{{&memory, window}};
    const auto ran = model.run(batch);
    EXPECT_TRUE(ran) << ran.error().what;
    out.push_back(batch[0].probability);
  }
  return out;
}

double share_above(const std::vector<float>& probabilities, float threshold) {
  return static_cast<double>(
             std::count_if(probabilities.begin(), probabilities.end(), [&](float p) { return p > threshold; })) /
         static_cast<double>(probabilities.size());
}

TEST(Silero, hears_speech) {
  const auto model = load();
  const auto p = judge(*model, speech());
  ASSERT_GT(p.size(), 40u);
  EXPECT_GT(share_above(p, 0.5f), 0.85);
}

TEST(Silero, does_not_hear_silence_or_noise) {
  const auto model = load();
  EXPECT_EQ(share_above(judge(*model, std::vector<float>(64 * kWindow)), 0.1f), 0);
  for (const float rms : {0.001f, 0.01f, 0.1f})
    EXPECT_LT(share_above(judge(*model, noise(64 * kWindow, rms)), 0.3f), 0.05) << rms;
}

TEST(Silero, lets_go_when_speech_has_ended) {
  const auto model = load();
  auto sound = speech();
  const std::size_t spoken = windows(sound).size();
  sound.resize(sound.size() + 20 * kWindow);
  const auto p = judge(*model, sound);
  EXPECT_EQ(share_above({p.begin() + static_cast<std::ptrdiff_t>(spoken) + 4, p.end()}, 0.3f), 0);  // within 130 ms
}

TEST(Silero, a_batch_is_as_good_as_its_windows_alone) {
  const auto model = load();
  const auto sound = speech();
  std::vector<std::vector<float>> calls, alone;
  for (std::size_t i = 0; i < Model::kMaxBatch; ++i) {
    auto& call = calls.emplace_back(sound.begin() + static_cast<std::ptrdiff_t>(701 * i), sound.end());
    if (i % 4 == 3) call = noise(call.size(), 0.02f, static_cast<unsigned>(i));
    call.resize(30 * kWindow);
    alone.push_back(judge(*model, call));
  }
  std::vector<Memory> memories(calls.size());
  float least = 1, most = 0;
  for (std::size_t w = 0; w < 30; ++w) {
    std::vector<Model::Window> batch;
    for (std::size_t i = 0; i < calls.size(); ++i)
      batch.push_back({&memories[i], std::span(calls[i]).subspan(w * kWindow, kWindow)});
    ASSERT_TRUE(model->run(batch));
    for (std::size_t i = 0; i < calls.size(); ++i) {
      ASSERT_NEAR(batch[i].probability, alone[i][w], 1e-4) << "call " << i << ", window " << w;
      least = std::min(least, batch[i].probability);
      most = std::max(most, batch[i].probability);
    }
  }
  EXPECT_LT(least, 0.1f);
  EXPECT_GT(most, 0.9f);
}

TEST(Silero, the_end_of_a_window_is_the_context_of_the_next) {
  const auto model = load();
  const auto sound = noise(kWindow, 0.1f);
  Memory memory;
  std::vector<Model::Window> batch{{&memory, sound}};
  ASSERT_TRUE(model->run(batch));
  EXPECT_TRUE(std::equal(memory.context.begin(), memory.context.end(), sound.end() - kContext));
  EXPECT_NE(memory.state, Memory{}.state);
}

// The model's own doing: its gates swallow what is no number, so the adapter need not look for it.
TEST(Silero, samples_that_are_no_numbers_do_not_deafen_the_call_for_good) {
  const auto model = load();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30f}) {
    Memory memory;
    std::vector<Model::Window> batch{{&memory, {}}};
    const std::vector<float> broken(kWindow, bad);
    batch[0].samples = broken;
    ASSERT_TRUE(model->run(batch));
    EXPECT_GE(batch[0].probability, 0);
    EXPECT_LE(batch[0].probability, 1);
    float most = 0;
    const auto sound = speech();
    for (const auto window : windows(sound)) {
      batch[0].samples = window;
      ASSERT_TRUE(model->run(batch));
      most = std::max(most, batch[0].probability);
    }
    EXPECT_GT(most, 0.9f) << bad;
  }
}

TEST(Silero, what_it_cannot_take_is_refused) {
  const auto model = load();
  EXPECT_TRUE(model->run({}));
  Memory memory;
  const std::vector<float> sound(kWindow);
  std::vector<Model::Window> shorter{{&memory, std::span(sound).first(kWindow - 1)}};
  EXPECT_THAT(model->run(shorter).error().what, testing::HasSubstr("511 samples: expected 512"));
  std::vector<Memory> memories(Model::kMaxBatch + 1);
  std::vector<Model::Window> many;
  for (Memory& m : memories) many.push_back({&m, sound});
  EXPECT_THAT(model->run(many).error().what, testing::HasSubstr("expected at most 16"));
}

TEST(Silero, a_file_that_is_missing_or_another_model_is_named) {
  const auto missing = load_silero("/no/such/silero.onnx");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().what, testing::HasSubstr("/no/such/silero.onnx"));
  EXPECT_THAT(missing.error().what, testing::HasSubstr("offhook models"));
  const auto other = load_silero(kModels + "smart-turn-v3.2-cpu.onnx");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, testing::HasSubstr("smart-turn-v3.2-cpu.onnx"));
  EXPECT_THAT(other.error().what, testing::HasSubstr("expected Silero's 16 kHz model"));
}

}  // namespace
}  // namespace offhook::vad

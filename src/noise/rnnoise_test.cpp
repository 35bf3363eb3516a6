// With the real library.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noise/suppressors_testing.hpp"

namespace offhook::noise {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::unique_ptr<Suppressor> rnnoise() {
  auto loaded = load_rnnoise(kModels + "rnnoise/librnnoise.so");
  EXPECT_TRUE(loaded.ok()) << loaded.error().what;
  return loaded ? std::move(*loaded) : nullptr;
}

TEST(Rnnoise, hiss_and_rumble_are_lowered_by_10_dB_and_more) {
  const auto model = rnnoise();
  ASSERT_TRUE(model);
  for (const auto& noise : {white(4 * kRate, -35), pink(4 * kRate, -35)}) {
    const auto left = through(*model->open(), noise);
    EXPECT_LT(audio::dbfs(std::span<const float>(left).subspan(kRate)), -45);
  }
}

TEST(Rnnoise, speech_stays_and_stays_in_its_place) {
  const auto model = rnnoise();
  ASSERT_TRUE(model);
  for (const char* name : {"stt_appointment", "stt_address", "stt_weather", "vad_what_time"}) {
    const auto said = speech(name);
    const auto left = through(*model->open(), said);
    EXPECT_NEAR(audio::dbfs(std::span<const float>(left)), audio::dbfs(std::span<const float>(said)), 4) << name;
    EXPECT_NEAR(lag(said, left), 0, 2) << name;
    EXPECT_NEAR(static_cast<double>(onset(left)), static_cast<double>(onset(said)), 80) << name;  // 10 ms
  }
}

TEST(Rnnoise, sound_comes_no_later_than_stated) {
  const auto model = rnnoise();
  ASSERT_TRUE(model);
  EXPECT_LE(model->latency(), Duration(40ms));
  const auto stream = model->open();
  std::vector<float> out;
  const std::vector<float> frame(160, 0.1f);
  const auto late = static_cast<std::size_t>(model->latency().count() * kRate / 1'000'000);
  for (std::size_t in = 160; in < 16000; in += 160) {
    stream->process(frame, out);
    EXPECT_GE(out.size() + late, in);
    EXPECT_LT(out.size(), in);
  }
}

TEST(Rnnoise, streams_do_not_hear_each_other) {
  const auto model = rnnoise();
  ASSERT_TRUE(model);
  const auto said = speech("stt_yes");
  const auto alone = through(*model->open(), said);
  const auto one = model->open(), other = model->open();
  std::vector<float> out, dropped;
  const auto hiss = white(160, -20);
  for (std::size_t at = 0; at + 160 <= said.size(); at += 160) {
    one->process(std::span<const float>(said).subspan(at, 160), out);
    other->process(hiss, dropped);
  }
  ASSERT_GT(out.size(), 8000u);
  EXPECT_TRUE(std::equal(out.begin(), out.end(), alone.begin()));
}

TEST(Rnnoise, a_missing_library_is_named_with_its_remedy) {
  const auto loaded = load_rnnoise("/nowhere/librnnoise.so");
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, Errc::not_found);
  EXPECT_THAT(loaded.error().what, AllOf(HasSubstr("/nowhere/librnnoise.so"), HasSubstr("scripts/fetch")));
}

TEST(Rnnoise, another_library_is_not_taken_for_it) {
  const auto loaded = load_rnnoise("libm.so.6");
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, Errc::invalid);
}

}  // namespace
}  // namespace offhook::noise

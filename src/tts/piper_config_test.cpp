#include "tts/piper_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::tts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kSound = R"({"audio": {"sample_rate": 22050}, "espeak": {"voice": "en-us"},
  "inference": {"noise_scale": 0.5, "length_scale": 1, "noise_w": 0.25}, "num_speakers": 1,
  "phoneme_type": "espeak", "phoneme_id_map": {"_": [0], "^": [1], "$": [2], "ˈ": [120], "ab": [9]}})";

std::string with(std::string_view old, std::string_view now) {
  std::string text(kSound);
  text.replace(text.find(old), old.size(), now);
  return text;
}

TEST(PiperConfig, reads_what_the_model_expects) {
  const Result<PiperConfig> config = parse_piper_config(kSound);
  ASSERT_TRUE(config.ok()) << config.error().what;
  EXPECT_EQ(config->rate, 22050);
  EXPECT_EQ(config->espeak_voice, "en-us");
  EXPECT_THAT(config->scales, ElementsAre(0.5f, 1.0f, 0.25f));
  EXPECT_THAT(config->ids.at(U'ˈ'), ElementsAre(120));
  EXPECT_EQ(config->ids.size(), 4u);
}

TEST(PiperConfig, a_mistake_is_named) {
  const std::pair<std::string, const char*> mistakes[] = {
      {"{", "not JSON"},
      {"[]", "audio.sample_rate is missing"},
      {with("22050", "\"fast\""), "audio.sample_rate is \"fast\", expected"},
      {with("\"en-us\"", "7"), "espeak.voice"},
      {with("\"phoneme_type\": \"espeak\"", "\"phoneme_type\": \"text\""), "phoneme_type is \"text\""},
      {with("\"length_scale\": 1", "\"length_scale\": 0"), "inference.length_scale is 0"},
      {with("[120]", "[-1]"), "phoneme_id_map"},
      {with("\"^\"", "\"x\""), "lacks \"^\""},
      {with("phoneme_id_map", "phonemes"), "phoneme_id_map is missing"}};
  for (const auto& [text, expected] : mistakes) {
    const Result<PiperConfig> config = parse_piper_config(text);
    ASSERT_FALSE(config.ok()) << text;
    EXPECT_EQ(config.error().code, Errc::invalid);
    EXPECT_THAT(config.error().what, HasSubstr(expected));
  }
}

TEST(PiperConfig, a_missing_file_is_named) {
  const Result<PiperConfig> config = read_piper_config("/nowhere/voice.onnx.json");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, Errc::not_found);
  EXPECT_THAT(config.error().what, HasSubstr("/nowhere/voice.onnx.json"));
}

}  // namespace
}  // namespace offhook::tts

#include "tts/reciter.hpp"

#include <gtest/gtest.h>

#include "audio/level.hpp"

namespace offhook::tts {
namespace {

const std::string kVoice = OFFHOOK_CACHE_DIR "/models/piper-en_US-joe-medium/en_US-joe-medium.onnx";

TEST(Reciter, says_one_text_after_the_other_at_the_rate_that_is_wanted) {
  auto reciter = Reciter::open({kVoice, kVoice + ".json"});
  ASSERT_TRUE(reciter) << reciter.error().what;
  const auto narrow = (*reciter)->say("Hello, when are you open?", 8000);
  const auto wide = (*reciter)->say("Hello, when are you open?", 16000);
  ASSERT_TRUE(narrow && wide);
  EXPECT_GT(narrow->size(), 8000u);
  EXPECT_GT(wide->size(), narrow->size() * 3 / 2);
  EXPECT_GT(audio::rms(*narrow), 1000);
  const auto nothing = (*reciter)->say("", 8000);
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->empty());
}

TEST(Reciter, a_voice_that_is_not_there_is_an_error) {
  EXPECT_FALSE(Reciter::open({"/nowhere.onnx", "/nowhere.json"}));
}

}  // namespace
}  // namespace offhook::tts

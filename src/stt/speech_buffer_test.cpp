#include "stt/speech_buffer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace offhook::stt {
namespace {

std::vector<float> tone(std::size_t samples, float amplitude) {
  std::vector<float> out(samples);
  for (std::size_t i = 0; i < samples; ++i) out[i] = amplitude * std::sin(0.3f * static_cast<float>(i));
  return out;
}

TEST(SpeechBuffer, gives_back_what_was_said_after_earlier_speech_is_released) {
  SpeechBuffer buffer;
  std::vector<float> said(8000);
  for (std::size_t i = 0; i < said.size(); ++i) said[i] = static_cast<float>(i) / 8000;
  buffer.append(std::span(said).first(3333));
  buffer.append(std::span(said).subspan(3333));
  buffer.release(4000);
  EXPECT_EQ(buffer.begin(), 4000u);
  EXPECT_EQ(buffer.end(), 8000u);
  const auto copied = buffer.copy(5000, 5003);
  ASSERT_EQ(copied.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(copied[i], said[5000 + i], 1e-4);
  EXPECT_TRUE(buffer.copy(0, 4000).empty());
  EXPECT_EQ(buffer.copy(7999, 9000).size(), 1u);
}

TEST(SpeechBuffer, releases_whole_blocks_only_so_that_loudness_stays_in_step) {
  SpeechBuffer buffer;
  buffer.append(tone(1600, 0.5f));
  buffer.append(std::vector<float>(1600));
  buffer.release(1599);
  EXPECT_EQ(buffer.begin(), 1440u);
  EXPECT_GT(buffer.loudest(1440, 1600), -12);
  EXPECT_FLOAT_EQ(buffer.loudest(1600, 3200), SpeechBuffer::kSilence);
}

TEST(SpeechBuffer, clips_and_swallows_what_is_no_number) {
  SpeechBuffer buffer;
  buffer.append(
      std::vector<float>{3, -3, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()});
  EXPECT_EQ(buffer.copy(0, 4), (std::vector<float>{1, -1, 0, 0}));
  EXPECT_LE(buffer.loudest(0, 4), 0);
}

TEST(SpeechBuffer, one_loud_word_in_long_silence_is_loud) {
  SpeechBuffer buffer;
  buffer.append(std::vector<float>(48000));
  buffer.append(tone(1600, 0.1f));
  buffer.append(std::vector<float>(48000));
  EXPECT_NEAR(buffer.loudest(0, buffer.end()), -23, 0.5);
  EXPECT_FLOAT_EQ(buffer.loudest(0, 48000), SpeechBuffer::kSilence);
}

TEST(SpeechBuffer, quietest_point_is_the_middle_of_the_gap) {
  SpeechBuffer buffer;
  buffer.append(tone(8000, 0.5f));
  buffer.append(std::vector<float>(1600));
  buffer.append(tone(8000, 0.5f));
  EXPECT_NEAR(static_cast<double>(buffer.quietest(0, buffer.end())), 8800, 160);
  EXPECT_EQ(buffer.quietest(100, 300), 200u);
}

TEST(SpeechBuffer, clear_starts_a_turn_at_nought) {
  SpeechBuffer buffer;
  buffer.append(tone(1000, 1));
  buffer.release(500);
  buffer.clear();
  EXPECT_EQ(buffer.begin(), 0u);
  EXPECT_EQ(buffer.end(), 0u);
  EXPECT_FLOAT_EQ(buffer.loudest(0, 100), SpeechBuffer::kSilence);
}

}  // namespace
}  // namespace offhook::stt

#include "tts/pcm_stream.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "audio/g711.hpp"

namespace offhook::tts {
namespace {

using testing::ElementsAre;

TEST(PcmStream, samples_may_be_cut_between_their_bytes) {
  const std::vector<std::uint8_t> bytes = {0x01, 0x00, 0xFF, 0x7F, 0x00, 0x80, 0xFF, 0xFF};
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    PcmStream stream(Encoding::s16le, 8000, 8000);
    std::vector<std::int16_t> out;
    stream.feed(std::span(bytes).first(cut), out);
    stream.feed({}, out);
    stream.feed(std::span(bytes).subspan(cut), out);
    stream.finish(out);
    EXPECT_THAT(out, ElementsAre(1, 32767, -32768, -1)) << cut;
  }
}

TEST(PcmStream, mulaw_is_decoded) {
  PcmStream stream(Encoding::mulaw, 8000, 8000);
  std::vector<std::int16_t> out;
  stream.feed(std::vector<std::uint8_t>{0xFF, 0x80, 0x00}, out);
  EXPECT_THAT(out, ElementsAre(0, audio::mulaw_decode(0x80), audio::mulaw_decode(0x00)));
}

TEST(PcmStream, a_tone_keeps_its_length_and_loudness_at_another_rate) {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 24000; ++i) {
    const auto s = static_cast<std::int16_t>(std::lrint(16000 * std::sin(2 * M_PI * 1000 * i / 24000)));
    bytes.push_back(static_cast<std::uint8_t>(s & 0xFF));
    bytes.push_back(static_cast<std::uint8_t>(s >> 8 & 0xFF));
  }
  PcmStream stream(Encoding::s16le, 24000, 8000);
  std::vector<std::int16_t> out;
  for (std::size_t at = 0; at < bytes.size(); at += 777)
    stream.feed(std::span(bytes).subspan(at, std::min<std::size_t>(777, bytes.size() - at)), out);
  stream.finish(out);
  ASSERT_EQ(out.size(), 8000u);
  for (int i = 100; i < 7900; ++i)
    ASSERT_NEAR(out[static_cast<std::size_t>(i)], 16000 * std::sin(2 * M_PI * 1000 * i / 8000), 200) << i;
}

}  // namespace
}  // namespace offhook::tts

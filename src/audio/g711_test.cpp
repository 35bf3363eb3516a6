#include "audio/g711.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <vector>

namespace offhook::audio {
namespace {

// Table 2a/G.711: character signal and decoder output, in units of 1/8159 of the range; 16-bit samples are four of
// them.
TEST(G711, mulaw_decodes_the_values_of_table_2a) {
  const struct {
    int code, value;
  } table[] = {{0x80, 8031}, {0x8F, 4191}, {0x9F, 2079}, {0xAF, 1023}, {0xBF, 495},
               {0xCF, 231},  {0xDF, 99},   {0xEF, 33},   {0xFE, 2},    {0xFF, 0}};
  for (const auto& row : table) {
    EXPECT_EQ(mulaw_decode(static_cast<std::uint8_t>(row.code)), row.value * 4) << row.code;
    EXPECT_EQ(mulaw_decode(static_cast<std::uint8_t>(row.code & 0x7F)), -row.value * 4) << row.code;
  }
}

// Table 1a/G.711, before every even bit is inverted, in units of 1/4096 of the range.
TEST(G711, alaw_decodes_the_values_of_table_1a) {
  const struct {
    int code, value;
  } table[] = {{0xFF, 4032}, {0xF0, 2112}, {0xE0, 1056}, {0xD0, 528}, {0xC0, 264}, {0xB0, 132}, {0xA0, 66}, {0x80, 1}};
  for (const auto& row : table) {
    EXPECT_EQ(alaw_decode(static_cast<std::uint8_t>(row.code ^ 0x55)), row.value * 8) << row.code;
    EXPECT_EQ(alaw_decode(static_cast<std::uint8_t>((row.code & 0x7F) ^ 0x55)), -row.value * 8) << row.code;
  }
}

// Tables 5 and 6/G.711: these eight codes, repeated, are 1 kHz at 0 dBm0. The overload point is 3.17 dB (µ) and 3.14 dB
// (A) above; so the peak is known, and encoding that sine must give these codes.
TEST(G711, the_digital_milliwatt_comes_out) {
  const std::uint8_t mu[] = {0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E};
  const std::uint8_t a[] = {0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4};
  for (int i = 0; i < 8; ++i) {
    const double wave = -std::sin((i + 0.5) * std::numbers::pi / 4);
    const double mu_peak = 8159 * 4 * std::pow(10, -3.17 / 20), a_peak = 4096 * 8 * std::pow(10, -3.14 / 20);
    EXPECT_EQ(mulaw_encode(static_cast<std::int16_t>(std::lround(wave * mu_peak))), mu[i]) << i;
    EXPECT_EQ(alaw_encode(static_cast<std::int16_t>(std::lround(wave * a_peak))), a[i]) << i;
  }
}

TEST(G711, a_decoded_code_encodes_to_itself) {
  for (int code = 0; code < 256; ++code) {
    const auto c = static_cast<std::uint8_t>(code);
    EXPECT_EQ(alaw_encode(alaw_decode(c)), c);
    EXPECT_EQ(mulaw_encode(mulaw_decode(c)), c == 0x7F ? kMulawSilence : c);  // 0x7F is minus zero
  }
}

TEST(G711, every_sample_becomes_the_nearest_value_or_the_next_to_it) {
  for (int x = -32768; x < 32768; ++x) {
    int mu = 1 << 20, a = 1 << 20;
    for (int c = 0; c < 256; ++c) {
      mu = std::min(mu, std::abs(mulaw_decode(static_cast<std::uint8_t>(c)) - x));
      a = std::min(a, std::abs(alaw_decode(static_cast<std::uint8_t>(c)) - x));
    }
    // Where two segments meet the tables put the decision a little off the middle; elsewhere this is equality.
    const auto s = static_cast<std::int16_t>(x);
    ASSERT_LE(std::abs(mulaw_decode(mulaw_encode(s)) - x), mu * 2) << x;
    ASSERT_LE(std::abs(alaw_decode(alaw_encode(s)) - x), a * 2) << x;
  }
}

// Decision values of table 2a: 0, 1, 3, 5 … 31, 35 … in units of four.
TEST(G711, decisions_fall_where_the_tables_say) {
  EXPECT_EQ(mulaw_encode(3), 0xFF);
  EXPECT_EQ(mulaw_encode(4), 0xFE);
  EXPECT_EQ(mulaw_encode(11), 0xFE);
  EXPECT_EQ(mulaw_encode(12), 0xFD);
  EXPECT_EQ(mulaw_encode(31 * 4 - 1), 0xF0);
  EXPECT_EQ(mulaw_encode(31 * 4), 0xEF);
  EXPECT_EQ(mulaw_encode(35 * 4 - 1), 0xEF);
  EXPECT_EQ(mulaw_encode(35 * 4), 0xEE);
  EXPECT_EQ(mulaw_encode(-1), 0x7F);
  EXPECT_EQ(mulaw_encode(-5), 0x7E);
  EXPECT_EQ(mulaw_encode(32767), 0x80);
  EXPECT_EQ(mulaw_encode(-32768), 0x00);
  EXPECT_EQ(alaw_encode(0), kAlawSilence);
  EXPECT_EQ(alaw_encode(15), kAlawSilence);
  EXPECT_EQ(alaw_encode(16), 0x81 ^ 0x55);
  EXPECT_EQ(alaw_encode(-1), 0x55);
  EXPECT_EQ(alaw_encode(32767), 0xFF ^ 0x55);
  EXPECT_EQ(alaw_encode(-32768), 0x7F ^ 0x55);
}

TEST(G711, spans_stop_at_the_shorter_one) {
  const std::vector<std::uint8_t> in{0x80, 0x00, 0xFF};
  std::vector<std::int16_t> out(2, 7);
  mulaw_decode(in, out);
  EXPECT_EQ(out, (std::vector<std::int16_t>{32124, -32124}));
  std::vector<float> floats(4, 7.0f);
  mulaw_decode(in, floats);
  EXPECT_EQ(floats, (std::vector<float>{32124 / 32768.0f, -32124 / 32768.0f, 0.0f, 7.0f}));
  std::vector<std::uint8_t> back(3, 1);
  mulaw_encode(out, back);
  EXPECT_EQ(back, (std::vector<std::uint8_t>{0x80, 0x00, 1}));
}

}  // namespace
}  // namespace offhook::audio

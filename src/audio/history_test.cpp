#include "audio/history.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numbers>
#include <random>

#include "audio/g711.hpp"

namespace offhook::audio {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(History, gives_back_what_was_appended_by_position) {
  History h;
  h.append(Bytes{1, 2, 3});
  h.append(Bytes{4});
  EXPECT_EQ(h.begin(), 0);
  EXPECT_EQ(h.end(), 4);
  EXPECT_EQ(h.read(1, 3), (Bytes{2, 3}));
  EXPECT_EQ(h.read(-5, 99), (Bytes{1, 2, 3, 4}));
  EXPECT_TRUE(h.read(4, 9).empty());
  EXPECT_TRUE(h.read(3, 1).empty());
}

TEST(History, keeps_the_last_seconds_only) {
  History h(1ms);  // 8 samples
  h.append(Bytes{1, 2, 3, 4, 5});
  h.append(Bytes{6, 7, 8, 9, 10});
  EXPECT_EQ(h.begin(), 2);
  EXPECT_EQ(h.end(), 10);
  EXPECT_EQ(h.read(0, 10), (Bytes{3, 4, 5, 6, 7, 8, 9, 10}));
  h.append(Bytes{11, 12, 13, 14, 15, 16, 17, 18, 19, 20});  // more than fits
  EXPECT_EQ(h.begin(), 12);
  EXPECT_EQ(h.read(0, 99), (Bytes{13, 14, 15, 16, 17, 18, 19, 20}));
}

TEST(History, a_gap_is_silence) {
  History h(1ms);
  h.append(Bytes{1, 2});
  h.append(4, Bytes{5, 6});
  EXPECT_EQ(h.read(0, 99), (Bytes{1, 2, kMulawSilence, kMulawSilence, 5, 6}));
  h.append(1'000'000, Bytes{7});
  EXPECT_EQ(h.end(), 1'000'001);
  EXPECT_EQ(h.read(0, 2'000'000), (Bytes{255, 255, 255, 255, 255, 255, 255, 7}));
}

TEST(History, a_late_frame_mends_its_gap) {
  History h(1ms);
  h.append(Bytes{1, 2});
  h.append(4, Bytes{5, 6});
  h.append(2, Bytes{3, 4});
  EXPECT_EQ(h.read(0, 99), (Bytes{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(h.end(), 6);
}

TEST(History, what_is_forgotten_stays_forgotten) {
  History h(1ms);
  h.append(100, Bytes{1, 2, 3});
  EXPECT_EQ(h.begin(), 100);
  h.append(90, Bytes{9, 9});
  EXPECT_EQ(h.begin(), 100);
  h.append(98, Bytes{8, 8, 8, 8});
  EXPECT_EQ(h.read(0, 200), (Bytes{8, 8, 3}));
}

TEST(History, absurd_positions_do_no_harm) {
  History h(1ms);
  h.append(Bytes{1});
  h.append(std::numeric_limits<std::int64_t>::max(), Bytes{2});
  h.append(std::numeric_limits<std::int64_t>::min(), Bytes{3});
  EXPECT_EQ(h.read(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()), (Bytes{1}));
}

TEST(History, agrees_with_a_map_of_positions_whatever_comes) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    History h(2ms);  // 16 samples
    std::map<std::int64_t, std::uint8_t> model;
    std::int64_t end = 0;
    for (int step = 0; step < 40; ++step) {
      const std::int64_t at = end + static_cast<std::int64_t>(random() % 40) - 20;
      Bytes bytes(random() % 24 + 1);
      for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
      const std::int64_t old_begin = step ? model.begin()->first : at;
      if (step == 0) end = at;
      const std::int64_t new_end = std::max(end, at + static_cast<std::int64_t>(bytes.size()));
      for (std::int64_t p = end; p < new_end; ++p) model[p] = kMulawSilence;
      for (std::size_t i = 0; i < bytes.size(); ++i)
        if (at + static_cast<std::int64_t>(i) >= old_begin) model[at + static_cast<std::int64_t>(i)] = bytes[i];
      end = new_end;
      while (model.begin()->first < end - 16) model.erase(model.begin());
      h.append(at, bytes);
      Bytes expected;
      for (const auto& [p, b] : model) expected.push_back(b);
      ASSERT_EQ(h.begin(), model.begin()->first) << round << " " << step;
      ASSERT_EQ(h.end(), end);
      ASSERT_EQ(h.read(h.begin(), h.end()), expected);
    }
  }
}

TEST(History, is_heard_at_sixteen_kilohertz) {
  History h;
  Bytes wire(16000);
  for (std::size_t i = 0; i < wire.size(); ++i)
    wire[i] = mulaw_encode(static_cast<std::int16_t>(
        std::lround(8000 * std::sin(2 * std::numbers::pi * 500 * static_cast<double>(i) / 8000))));
  h.append(wire);
  const auto wide = h.read_float16k(4000, 8000);
  ASSERT_EQ(wide.size(), 8000u);
  double error = 0;
  for (std::size_t i = 0; i < wide.size(); ++i) {
    const double expected =
        8000 / 32768.0 * std::sin(2 * std::numbers::pi * 500 * (4000 + static_cast<double>(i) / 2) / 8000);
    error += (wide[i] - expected) * (wide[i] - expected);
  }
  EXPECT_LT(std::sqrt(error / 8000), 0.005);  // µ-law's own noise, 36 dB down
}

}  // namespace
}  // namespace offhook::audio

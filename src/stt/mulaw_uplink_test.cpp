#include "stt/mulaw_uplink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "audio/g711.hpp"

namespace offhook::stt {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(MulawUplink, what_was_mulaw_on_the_wire_is_the_same_mulaw_to_the_service) {
  std::array<std::uint8_t, 256> wire{};
  std::iota(wire.begin(), wire.end(), std::uint8_t{0});
  wire[0x7F] = 0xFF;  // the two zeros are one
  std::array<float, 256> heard{};
  audio::mulaw_decode(wire, std::span<float>(heard));
  MulawUplink uplink(20ms);
  const auto messages = uplink.feed(heard);
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0], std::string(wire.begin(), wire.end()));
}

TEST(MulawUplink, sound_goes_in_chunks_and_a_burst_in_seconds_and_all_of_it_is_counted) {
  MulawUplink uplink(20ms);
  EXPECT_THAT(uplink.feed(std::vector<float>(159)), IsEmpty());
  EXPECT_EQ(uplink.take_sent(), 0ms);
  EXPECT_THAT(uplink.feed(std::vector<float>(1)), SizeIs(1));
  EXPECT_THAT(uplink.flush(), IsEmpty());
  const auto burst = uplink.feed(std::vector<float>(16001));
  ASSERT_THAT(burst, SizeIs(3));
  EXPECT_THAT(burst[0], SizeIs(8000));
  EXPECT_THAT(burst[2], SizeIs(1));
  EXPECT_THAT(uplink.feed(std::vector<float>(7)), IsEmpty());
  EXPECT_EQ(uplink.position(), Duration((160 + 16001 + 7) * 125));
  EXPECT_EQ(uplink.take_sent(), Duration((160 + 16001) * 125));
  EXPECT_THAT(uplink.flush(), SizeIs(1));
  EXPECT_EQ(uplink.take_sent(), Duration(7 * 125));
}

TEST(MulawUplink, what_is_no_sample_is_no_trap) {
  MulawUplink uplink(1ms);
  const float bad[] = {NAN, INFINITY, -INFINITY, 2, -2, 0, 0, 0};
  const auto messages = uplink.feed(bad);
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0][0], static_cast<char>(audio::kMulawSilence));
  EXPECT_EQ(messages[0][1], messages[0][3]);
  EXPECT_EQ(messages[0][2], messages[0][4]);
}

}  // namespace
}  // namespace offhook::stt

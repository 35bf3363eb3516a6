#include "audio/echo_reference.hpp"

#include <gtest/gtest.h>

#include <array>

#include "audio/g711.hpp"

namespace offhook::audio {
namespace {

std::vector<std::uint8_t> constant(std::size_t n, std::int16_t value) {
  return std::vector<std::uint8_t>(n, mulaw_encode(value));
}
float at(const EchoReference& reference, std::int64_t position) {
  std::array<float, 1> one;
  reference.read(position, one);
  return one[0];
}

TEST(EchoReference, holds_what_was_sent_where_it_is_due) {
  EchoReference reference;
  EXPECT_LT(reference.audible_until(), 0);
  reference.send(1000, constant(160, 8000));
  reference.send(1160, constant(160, 4000));
  reference.send(5000, constant(160, 0));
  EXPECT_EQ(at(reference, 999), 0);
  EXPECT_NEAR(at(reference, 1000), 8000.0 / 32768, 0.01);
  EXPECT_NEAR(at(reference, 1319), 4000.0 / 32768, 0.01);
  EXPECT_EQ(at(reference, 1320), 0);
  EXPECT_EQ(at(reference, 99999), 0);
  EXPECT_EQ(reference.audible_until(), 1320) << "silence is not heard";
}

TEST(EchoReference, what_is_taken_back_is_not_expected) {
  EchoReference reference;
  reference.send(0, constant(800, 8000));
  reference.clear(500);
  EXPECT_NE(at(reference, 499), 0);
  EXPECT_EQ(at(reference, 500), 0);
  EXPECT_EQ(reference.audible_until(), 500);
  reference.send(600, constant(160, 8000));
  EXPECT_EQ(at(reference, 599), 0);
  EXPECT_NE(at(reference, 600), 0);
}

TEST(EchoReference, forgets_what_is_older_than_its_length) {
  EchoReference reference;
  reference.send(0, constant(160, 8000));
  reference.send(100, constant(160, 4000));  // the first 60 were sent before
  EXPECT_NEAR(at(reference, 150), 8000.0 / 32768, 0.01);
  EXPECT_NEAR(at(reference, 160), 4000.0 / 32768, 0.01);
  reference.send(EchoReference::kLength + 120, constant(160, 8000));
  EXPECT_EQ(at(reference, 150), 0);
  EXPECT_EQ(at(reference, EchoReference::kLength + 100), 0);
  EXPECT_NE(at(reference, EchoReference::kLength + 120), 0);
  reference.send(std::int64_t{1} << 40, constant(160, 8000));
  EXPECT_EQ(at(reference, (std::int64_t{1} << 40) - 1), 0);
}

}  // namespace
}  // namespace offhook::audio

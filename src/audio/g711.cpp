#include "audio/g711.hpp"

#include <algorithm>
#include <bit>

namespace offhook::audio {
namespace {

using Table = std::array<std::int16_t, 256>;

// Both laws: sign (1 is positive), three bits of segment, four bits of place in it. µ-law sends all bits inverted and
// its segments double from a bias of 132; A-law sends every second bit inverted and its first two segments are equal.
constexpr std::int16_t expand_mulaw(int code) {
  const int bits = ~code & 0xFF;
  const int magnitude = ((((bits & 0x0F) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return static_cast<std::int16_t>((bits & 0x80) ? -magnitude : magnitude);
}

constexpr std::int16_t expand_alaw(int code) {
  const int bits = code ^ 0x55;
  const int segment = (bits >> 4) & 7;
  const int place = ((bits & 0x0F) << 4) + 8;
  const int magnitude = segment == 0 ? place : (place + 256) << (segment - 1);
  return static_cast<std::int16_t>((bits & 0x80) ? magnitude : -magnitude);
}

template <class Expand>
constexpr Table table(Expand expand) {
  Table t{};
  for (int code = 0; code < 256; ++code) t[static_cast<std::size_t>(code)] = expand(code);
  return t;
}

void decode(const Table& table, std::span<const std::uint8_t> in, std::span<std::int16_t> out) {
  const std::size_t n = std::min(in.size(), out.size());
  for (std::size_t i = 0; i < n; ++i) out[i] = table[in[i]];
}

void decode(const Table& table, std::span<const std::uint8_t> in, std::span<float> out) {
  const std::size_t n = std::min(in.size(), out.size());
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<float>(table[in[i]]) * (1.0f / 32768.0f);
}

// One's complement below zero, as the reference does it: a sample half way between two codes goes to the higher.
constexpr unsigned magnitude(std::int16_t sample) {
  return static_cast<unsigned>(sample < 0 ? ~sample : sample);
}

}  // namespace

constinit const Table kMulawTable = table(expand_mulaw);
constinit const Table kAlawTable = table(expand_alaw);

std::uint8_t mulaw_encode(std::int16_t sample) {
  const unsigned biased = std::min((magnitude(sample) >> 2) + 33u, 0x1FFFu);
  const unsigned segment = static_cast<unsigned>(std::bit_width(biased)) - 6;
  const unsigned bits = (segment << 4) | ((biased >> (segment + 1)) & 0x0F);
  return static_cast<std::uint8_t>(~(bits | (sample < 0 ? 0x80u : 0u)));
}

std::uint8_t alaw_encode(std::int16_t sample) {
  const unsigned m = magnitude(sample) >> 4;
  const unsigned segment = m < 16 ? 0 : static_cast<unsigned>(std::bit_width(m)) - 4;
  const unsigned place = (segment <= 1 ? m : m >> (segment - 1)) & 0x0F;
  return static_cast<std::uint8_t>(((segment << 4) | place | (sample < 0 ? 0u : 0x80u)) ^ 0x55u);
}

void mulaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out) {
  decode(kMulawTable, in, out);
}
void mulaw_decode(std::span<const std::uint8_t> in, std::span<float> out) {
  decode(kMulawTable, in, out);
}
void alaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out) {
  decode(kAlawTable, in, out);
}
void alaw_decode(std::span<const std::uint8_t> in, std::span<float> out) {
  decode(kAlawTable, in, out);
}

void mulaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out) {
  const std::size_t n = std::min(in.size(), out.size());
  for (std::size_t i = 0; i < n; ++i) out[i] = mulaw_encode(in[i]);
}

void alaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out) {
  const std::size_t n = std::min(in.size(), out.size());
  for (std::size_t i = 0; i < n; ++i) out[i] = alaw_encode(in[i]);
}

}  // namespace offhook::audio

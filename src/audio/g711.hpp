// G.711: the telephone's eight bits. Bit-exact with the reference of ITU-T G.191 for linear samples of 16 bits.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace offhook::audio {

inline constexpr std::uint8_t kMulawSilence = 0xFF;  // decodes to 0
inline constexpr std::uint8_t kAlawSilence = 0xD5;   // decodes to +8, the least that A-law has

extern const std::array<std::int16_t, 256> kMulawTable, kAlawTable;

inline std::int16_t mulaw_decode(std::uint8_t code) {
  return kMulawTable[code];
}
inline std::int16_t alaw_decode(std::uint8_t code) {
  return kAlawTable[code];
}
std::uint8_t mulaw_encode(std::int16_t sample);
std::uint8_t alaw_encode(std::int16_t sample);

// As many as the shorter of the two spans holds. Floats are -1..1 (32768 is 1).
void mulaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out);
void mulaw_decode(std::span<const std::uint8_t> in, std::span<float> out);
void mulaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out);
void alaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out);
void alaw_decode(std::span<const std::uint8_t> in, std::span<float> out);
void alaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out);

}  // namespace offhook::audio

#include "base/base64.hpp"

#include <array>

namespace offhook {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t bad = 0x80;  // or-ed over a whole text and looked at once

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(bad);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr auto values = make_values();

std::uint8_t value(char c) {
  return values[static_cast<std::uint8_t>(c)];
}

}  // namespace

void append_base64(std::string& out, std::span<const std::uint8_t> bytes) {
  const std::size_t start = out.size();
  out.resize(start + base64_length(bytes.size()));
  char* to = out.data() + start;
  const std::uint8_t* from = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    const std::uint32_t group = std::uint32_t{from[0]} << 16 | std::uint32_t{from[1]} << 8 | from[2];
    to[0] = alphabet[group >> 18];
    to[1] = alphabet[group >> 12 & 63];
    to[2] = alphabet[group >> 6 & 63];
    to[3] = alphabet[group & 63];
  }
  if (left == 0) return;
  const std::uint32_t group = std::uint32_t{from[0]} << 16 | (left == 2 ? std::uint32_t{from[1]} << 8 : 0);
  to[0] = alphabet[group >> 18];
  to[1] = alphabet[group >> 12 & 63];
  to[2] = left == 2 ? alphabet[group >> 6 & 63] : '=';
  to[3] = '=';
}

std::optional<std::size_t> decode_base64(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return 0;
  const std::size_t padding = text[text.size() - 1] != '=' ? 0 : text[text.size() - 2] != '=' ? 1 : 2;
  const std::size_t size = text.size() / 4 * 3 - padding;
  if (size > out.size()) return std::nullopt;

  const char* from = text.data();
  std::uint8_t* to = out.data();
  std::uint32_t seen = 0;
  for (std::size_t groups = size / 3; groups > 0; --groups, from += 4, to += 3) {
    const std::uint32_t a = value(from[0]), b = value(from[1]), c = value(from[2]), d = value(from[3]);
    seen |= a | b | c | d;
    to[0] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    to[1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
    to[2] = static_cast<std::uint8_t>(c << 6 | d);
  }
  if (padding > 0) {
    const std::uint32_t a = value(from[0]), b = value(from[1]), c = padding == 1 ? value(from[2]) : 0;
    seen |= a | b | c;
    to[0] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    if (padding == 1) to[1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
    const std::uint32_t stray = padding == 1 ? c & 3 : b & 15;
    if (stray != 0) return std::nullopt;
  }
  if (seen & bad) return std::nullopt;
  return size;
}

}  // namespace offhook

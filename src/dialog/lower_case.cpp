#include "dialog/lower_case.hpp"

#include <cstdint>

#include "base/utf8.hpp"

namespace offhook::dialog {
namespace {

// Where capitals and small letters lie in Unicode: at a distance, or in turns (the capital even, or odd).
struct Range {
  enum class Kind { shifted, even, odd };
  std::uint32_t from, to;
  Kind kind;
  std::uint32_t by = 0;
};
using enum Range::Kind;
constexpr Range kRanges[] = {
    {'A', 'Z', shifted, 32},     {0xC0, 0xD6, shifted, 32},   {0xD8, 0xDE, shifted, 32},  // Latin-1
    {0x100, 0x12F, even},        {0x132, 0x137, even},        {0x139, 0x148, odd},        // Latin Extended-A
    {0x14A, 0x177, even},        {0x179, 0x17E, odd},         {0x1A0, 0x1A0, even},
    {0x1AF, 0x1AF, odd},         {0x1CD, 0x1DC, odd},         {0x1DE, 0x1EF, even},
    {0x1F8, 0x21F, even},        {0x386, 0x386, shifted, 38}, {0x388, 0x38A, shifted, 37},  // Greek
    {0x38C, 0x38C, shifted, 64}, {0x38E, 0x38F, shifted, 63}, {0x391, 0x3A1, shifted, 32},
    {0x3A3, 0x3AB, shifted, 32}, {0x400, 0x40F, shifted, 80}, {0x410, 0x42F, shifted, 32},  // Cyrillic
    {0x460, 0x481, even},        {0x48A, 0x4BF, even},        {0x4C1, 0x4CE, odd},
    {0x4D0, 0x52F, even},        {0x531, 0x556, shifted, 48},  // Armenian
    {0x1E00, 0x1E95, even},      {0x1EA0, 0x1EFF, even},       // Vietnamese and others
};

std::uint32_t small(std::uint32_t c) {
  if (c == 0x130) return 'i';    // the Turkish capital with a dot
  if (c == 0x178) return 0xFF;   // Ÿ
  if (c == 0x1E9E) return 0xDF;  // ẞ
  for (const Range& r : kRanges) {
    if (c < r.from || c > r.to) continue;
    if (r.kind == shifted) return c + r.by;
    return (c % 2 == 0) == (r.kind == even) ? c + 1 : c;
  }
  return c;
}

std::uint32_t decode(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i])); };
  if (character.size() == 1) return byte(0);
  if (character.size() == 2) return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
}

void encode(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0 || length == 4)  // none of the scripts beyond U+FFFF is spoken on a telephone today
      out += text.substr(0, length == 0 ? 1 : length);
    else
      encode(out, small(decode(text.substr(0, length))));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace offhook::dialog

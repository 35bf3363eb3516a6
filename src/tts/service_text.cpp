#include "tts/service_text.hpp"

#include <algorithm>

#include "tts/phonemes.hpp"

namespace offhook::tts {

namespace {

constexpr std::u32string_view kMutePunctuation = U".,;:!?-'\"()[]{}<>*_|~`¿¡…–—‘’“”„«»。、，！？：；";

}  // namespace

std::int64_t characters(std::string_view text) {
  return static_cast<std::int64_t>(decode_utf8(text).size());
}

bool anything_to_say(std::string_view text) {
  const std::u32string points = decode_utf8(text);
  return std::any_of(points.begin(), points.end(), [](char32_t c) {
    const bool blank = c <= 0x20 || c == 0x7F || c == 0xA0 || (c >= 0x2000 && c <= 0x200F) || c == 0x3000 ||
                       c == 0xFEFF || c == 0xFFFD;
    const bool picture = (c >= 0x2600 && c <= 0x27BF) || c == 0xFE0F || (c >= 0x1F000 && c <= 0x1FAFF);
    return !blank && !picture && kMutePunctuation.find(c) == std::u32string_view::npos;
  });
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out.append({'%', digits[u >> 4], digits[u & 15]});
  }
  return out;
}

}  // namespace offhook::tts

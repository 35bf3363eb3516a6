#include "base/utf8.hpp"

#include <algorithm>

namespace offhook {

std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i, unsigned least = 0x80, unsigned most = 0xBF) {
    return byte(i) >= least && byte(i) <= most;
  };
  if (text.empty()) return 0;
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF)
    return tail(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && tail(2) ? 3 : 0;
  if (lead >= 0xF0 && lead <= 0xF4)
    return tail(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && tail(2) && tail(3) ? 4 : 0;
  return 0;
}

std::string_view utf8_front(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

std::int64_t code_points(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

std::string clean_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    out += length == 0 ? replacement_character : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

std::string one_line(std::string_view text, std::size_t characters) {
  std::string out;
  for (std::size_t n = 0; n < characters && !text.empty(); ++n) {
    const std::size_t length = utf8_length(text);
    const auto c = static_cast<unsigned char>(text[0]);
    const bool blank = c <= 0x20 || c == 0x7F;
    if (length == 0)
      out += replacement_character;
    else if (!blank)
      out += text.substr(0, length);
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view c = text.substr(0, length);
    const bool c0 = length == 1 && (static_cast<unsigned char>(c[0]) < 0x20 || c[0] == 0x7F);
    const bool c1 = length == 2 && c[0] == '\xC2' && static_cast<unsigned char>(c[1]) < 0xA0;
    const bool forbidden = c == "\xEF\xBF\xBE" || c == "\xEF\xBF\xBF";
    out += length == 0 || c0 || c1 || forbidden ? replacement_character : c;
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

}  // namespace offhook

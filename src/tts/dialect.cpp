#include "tts/dialect.hpp"

#include "base/base64.hpp"

namespace offhook::tts {

std::string socket_base(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.starts_with("http://")) return "ws://" + std::string(url.substr(7));
  if (url.starts_with("https://")) return "wss://" + std::string(url.substr(8));
  return std::string(url);
}

Result<std::vector<std::uint8_t>> decode_sound(std::string_view base64) {
  std::vector<std::uint8_t> out(base64.size() / 4 * 3);
  const auto size = decode_base64(base64, out);
  if (!size) return Error{Errc::invalid, "its sound, " + std::to_string(base64.size()) + " characters, is not base64"};
  out.resize(*size);
  return out;
}

}  // namespace offhook::tts

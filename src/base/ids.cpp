#include "base/ids.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "base/log.hpp"

namespace offhook {

std::string random_hex(std::size_t bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes * 2);
  while (bytes > 0) {
    std::array<unsigned char, 64> random{};
    const std::size_t some = std::min(bytes, random.size());
    if (::getentropy(random.data(), some) != 0)
      log::fatal("no_randomness", {{"errno", errno}, {"remedy", "allow the system call getrandom"}});
    for (std::size_t i = 0; i < some; ++i) {
      hex += digits[random[i] >> 4];
      hex += digits[random[i] & 15];
    }
    bytes -= some;
  }
  return hex;
}

}  // namespace offhook

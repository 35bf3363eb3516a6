#include "base/wall_clock.hpp"

namespace offhook {

std::string utc(const char* format, std::time_t at) {
  std::tm parts{};
  gmtime_r(&at, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

}  // namespace offhook

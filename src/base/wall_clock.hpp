// The time of day, for names of files and heads of logs. Durations are never taken from it: it jumps.
#pragma once

#include <ctime>
#include <string>

namespace offhook {

// In UTC, as strftime writes it; at most 63 bytes.
std::string utc(const char* format, std::time_t at = std::time(nullptr));
inline std::string utc_day() {  // "2026-01-31"
  return utc("%Y-%m-%d");
}

}  // namespace offhook

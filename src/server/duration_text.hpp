// Durations as people write them in files: "300ms", "0.3s", "30m", "1h", "7d".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace offhook::server {

// One number and its unit (ms, s, m, h, d); none if it is anything else, negative or beyond 100 years.
std::optional<Duration> parse_duration(std::string_view text);

// In the largest unit that keeps it whole: "90s", and 1.5 s as "1500ms".
std::string written(Duration duration);

}  // namespace offhook::server

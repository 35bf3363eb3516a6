// A load's result as text. Pure.
#pragma once

#include <optional>
#include <string>

#include "load/load.hpp"

namespace offhook::load {

struct ServerUse {
  double cpu_s = 0;  // while the calls went on
  double before_mb = 0, most_mb = 0, after_mb = 0;
};

struct LoadReport {
  std::string url;
  LoadResult result;
  Duration wall{};
  double own_cpu_s = 0;
  std::optional<ServerUse> server;
};

// A generator that is late measures itself: beyond these, its numbers are not to be believed.
inline constexpr Duration kLatenessP99 = 5ms;

// Empty: believe it. Else what was wrong.
std::string doubt(const LoadResult& result);

std::string table(const LoadReport& report);  // lines, each with its end
std::string json(const LoadReport& report);   // one line, without its end; what was not measured is null
bool passed(const LoadReport& report);        // no errors, at least one answer, and no doubt

}  // namespace offhook::load

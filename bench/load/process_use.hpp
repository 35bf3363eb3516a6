// What another process of this machine uses, from /proc.
#pragma once

#include <optional>
#include <string_view>

namespace offhook::load {

struct ProcessUse {
  double cpu_s = 0;   // since it began
  double rss_mb = 0;  // of 10^6 bytes

  friend bool operator==(const ProcessUse&, const ProcessUse&) = default;
};

// A process and all its children, summed; what they share counts once each. None: there is no such process.
std::optional<ProcessUse> process_use(int pid);

// One line of /proc/PID/stat. `ticks` a second, `page` in bytes.
std::optional<ProcessUse> parse_stat(std::string_view line, long ticks, long page);

}  // namespace offhook::load

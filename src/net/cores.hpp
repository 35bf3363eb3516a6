// How much processor a cgroup may use, for usable_cores() (event_loop.hpp).
#pragma once

#include <filesystem>
#include <optional>

namespace offhook::net {

// The tightest CPU quota on the way from this process's cgroup up to the root, in cores (0.5, 2, …); none if nothing
// bounds it. Knows version 2 (cpu.max) and version 1 (cpu.cfs_quota_us), each mounted where systemd and containers put
// it. `root` is "/" but for tests.
std::optional<double> cgroup_quota(const std::filesystem::path& root = "/");

}  // namespace offhook::net

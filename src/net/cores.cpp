#include "net/cores.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "net/event_loop.hpp"

namespace offhook::net {

namespace fs = std::filesystem;

namespace {

std::optional<double> ratio(double quota, double period) {
  if (quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

// "150000 100000"; "max 100000" is no bound.
std::optional<double> quota_v2(const fs::path& dir) {
  double quota = 0, period = 0;
  if (std::ifstream file(dir / "cpu.max"); file >> quota >> period) return ratio(quota, period);
  return std::nullopt;
}

// Two files; a quota of -1 is no bound.
std::optional<double> quota_v1(const fs::path& dir) {
  double quota = 0, period = 0;
  std::ifstream quota_file(dir / "cpu.cfs_quota_us"), period_file(dir / "cpu.cfs_period_us");
  if (quota_file >> quota && period_file >> period) return ratio(quota, period);
  return std::nullopt;
}

// A container may see the host's name for its cgroup but only its own part of the tree: directories that are not there
// are passed over, and the mount itself is always asked.
void bound_by(std::optional<double>& least, const fs::path& mount, const std::string& group,
              std::optional<double> (*read)(const fs::path&)) {
  for (fs::path at = fs::path(group).relative_path();; at = at.parent_path()) {
    if (const auto quota = read(mount / at)) least = least ? std::min(*least, *quota) : *quota;
    if (at.empty()) return;
  }
}

unsigned affinity() {
  for (int cpus = CPU_SETSIZE; cpus <= CPU_SETSIZE * 64; cpus *= 2) {  // EINVAL: the machine has more
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(cpus), [](cpu_set_t* s) { CPU_FREE(s); });
    const std::size_t size = CPU_ALLOC_SIZE(cpus);
    if (set && ::sched_getaffinity(0, size, set.get()) == 0) return static_cast<unsigned>(CPU_COUNT_S(size, set.get()));
  }
  return std::thread::hardware_concurrency();
}

}  // namespace

std::optional<double> cgroup_quota(const fs::path& root) {
  std::optional<double> least;
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "0::/a/b" or "4:cpu,cpuacct:/a/b"
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    if (line.starts_with("0::")) bound_by(least, mounts, group, quota_v2);
    if (controllers.find(",cpu,") != std::string::npos) bound_by(least, mounts / "cpu", group, quota_v1);
  }
  return least;
}

unsigned usable_cores() {
  unsigned cores = std::max(1u, affinity());
  // Rounded down: a loop that is throttled for the rest of a period misses frames, one that is missing only takes fewer
  // calls.
  if (const auto quota = cgroup_quota())
    cores = std::min(cores, static_cast<unsigned>(std::max(1.0, std::floor(*quota))));
  return cores;
}

}  // namespace offhook::net

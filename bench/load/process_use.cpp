#include "load/process_use.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace offhook::load {
namespace {

constexpr std::size_t kMostProcesses = 1000;

std::string contents(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A child belongs to the thread that started it.
std::vector<int> children(int pid) {
  std::vector<int> out;
  std::error_code ec;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, ec)) {
    std::istringstream in(contents(task.path().string() + "/children"));
    for (int child = 0; in >> child;) out.push_back(child);
  }
  return out;
}

}  // namespace

std::optional<ProcessUse> parse_stat(std::string_view line, long ticks, long page) {
  const auto name_end = line.rfind(')');  // the name may hold blanks and parentheses of its own
  if (name_end == line.npos) return std::nullopt;
  std::istringstream in{std::string(line.substr(name_end + 1))};
  std::string skipped;
  double user = 0, system = 0, pages = 0;
  for (int field = 3; field <= 13; ++field) in >> skipped;  // numbered as in proc(5)
  in >> user >> system;                                     // 14, 15
  for (int field = 16; field <= 23; ++field) in >> skipped;
  in >> pages;  // 24
  if (!in || ticks <= 0) return std::nullopt;
  return ProcessUse{(user + system) / static_cast<double>(ticks), pages * static_cast<double>(page) / 1e6};
}

std::optional<ProcessUse> process_use(int pid) {
  std::optional<ProcessUse> sum;
  std::vector<int> pids{pid};
  for (std::size_t i = 0; i < pids.size() && i < kMostProcesses; ++i) {
    const auto use = parse_stat(contents("/proc/" + std::to_string(pids[i]) + "/stat"), ::sysconf(_SC_CLK_TCK),
                                ::sysconf(_SC_PAGESIZE));
    if (i == 0 && !use) return std::nullopt;
    if (!use) continue;  // it has ended meanwhile
    if (!sum) sum.emplace();
    sum->cpu_s += use->cpu_s;
    sum->rss_mb += use->rss_mb;
    const auto more = children(pids[i]);
    pids.insert(pids.end(), more.begin(), more.end());
  }
  return sum;
}

}  // namespace offhook::load

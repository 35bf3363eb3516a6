#include "cli/log_files.hpp"

#include <algorithm>
#include <filesystem>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMost = 100'000;

}  // namespace

Result<std::vector<std::string>> find_logs(const std::vector<std::string>& paths) {
  std::vector<std::string> logs;
  for (const auto& path : paths) {
    std::error_code ec;
    if (!fs::is_directory(path, ec)) {
      logs.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    const auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator it(path, options, ec), end; !ec && it != end; it.increment(ec)) {
      std::error_code gone;
      if (it->path().extension() == ".jsonl" && it->is_regular_file(gone)) found.push_back(it->path().string());
      if (logs.size() + found.size() > kMost)
        return Error{Errc::full, "looking for event logs in " + path + ": more than 100 000; name a folder below it"};
    }
    if (ec) return Error{Errc::unavailable, "looking for event logs in " + path + ": " + ec.message()};
    if (found.empty()) return Error{Errc::not_found, "looking for event logs in " + path + ": there is no ….jsonl"};
    std::sort(found.begin(), found.end());
    logs.insert(logs.end(), found.begin(), found.end());
  }
  return logs;
}

}  // namespace offhook::cli

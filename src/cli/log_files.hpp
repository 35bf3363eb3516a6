// The event logs that a command line names: files as they are, folders by what lies in them.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace offhook::cli {

// Of a folder every *.jsonl in it and below, by name; links to folders are not followed. At most 100 000 in all.
Result<std::vector<std::string>> find_logs(const std::vector<std::string>& paths);

}  // namespace offhook::cli

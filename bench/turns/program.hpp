// Runs another program to its end.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace offhook::turns {

bool is_installed(const std::string& program);  // found in PATH
// Its output is dropped. Errc::unavailable where it cannot be started or ends with another status than 0.
Result<void> run_program(const std::vector<std::string>& arguments);
std::string shown(const std::vector<std::string>& arguments);  // as one would type it

}  // namespace offhook::turns

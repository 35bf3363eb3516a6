// SHA-256 (FIPS 180-4) in lower-case hexadecimal, 64 letters.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::inference {

std::string sha256(std::string_view bytes);

// Reads the file in pieces, so its size does not matter; it blocks: never on a loop. Errc::not_found,
// Errc::unavailable.
Result<std::string> sha256_of_file(const std::string& path);

}  // namespace offhook::inference

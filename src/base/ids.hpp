// Names that nobody can guess.
#pragma once

#include <cstddef>
#include <string>

namespace offhook {

// 2 hex digits a byte, from the kernel's generator: fit for tokens too. Any thread.
std::string random_hex(std::size_t bytes);

// 16 hex digits.
inline std::string new_call_id() {
  return random_hex(8);
}

}  // namespace offhook

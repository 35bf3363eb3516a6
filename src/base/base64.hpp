// RFC 4648 base64, standard alphabet with padding. Strict: no blanks, no missing padding, no stray bits in the last
// group, so that every sequence of bytes has exactly one spelling. Neither direction allocates beyond `out`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace offhook {

constexpr std::size_t base64_length(std::size_t bytes) {
  return (bytes + 2) / 3 * 4;
}

void append_base64(std::string& out, std::span<const std::uint8_t> bytes);

// The number of bytes written to `out`; nothing where `text` is not strict base64 or decodes to more than fits. `out`
// then holds rubbish.
std::optional<std::size_t> decode_base64(std::string_view text, std::span<std::uint8_t> out);

}  // namespace offhook

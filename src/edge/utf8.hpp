// Text that strangers sent, made fit to be sent on.
#pragma once

#include <cstddef>
#include <string_view>

namespace offhook::edge {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

// Bytes of the UTF-8 sequence at the front of `text` (RFC 3629: no surrogates, no overlong forms); 0 where there is
// none.
std::size_t utf8_length(std::string_view text);

}  // namespace offhook::edge

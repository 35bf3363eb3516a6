// Text that strangers sent, made fit to be sent on, stored or shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace offhook {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

// Bytes of the UTF-8 sequence at the front of `text` (RFC 3629: no surrogates, no overlong forms); 0 where there is
// none.
std::size_t utf8_length(std::string_view text);

// At most so many bytes of it, and no character cut in two; `text` is well-formed.
std::string_view utf8_front(std::string_view text, std::size_t bytes);

// How many characters it has, as vendors count them; `text` is well-formed.
std::int64_t code_points(std::string_view text);

// Well-formed: each byte that belongs to no sequence becomes U+FFFD.
std::string clean_utf8(std::string_view text);

// The same for a log or an error: of so many characters at most, with one blank for all blanks and controls between two
// words, and none around them.
std::string one_line(std::string_view text, std::size_t characters);

// Fit for a terminal and for XML: each control (C0, DEL, C1: some command the one) and noncharacter (forbidden in the
// other) becomes U+FFFD too; a line's end is one.
std::string printable(std::string_view text);

}  // namespace offhook

// A text cut into passages: as much as is worth telling at once. The same text gives the same passages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::knowledge {

enum class Markup { none, markdown };

struct Passage {
  std::string heading;  // "Opening hours › Holidays"; empty: it stands under none
  std::string text;     // UTF-8, without markup; paragraphs and items on lines of their own; never empty
  int line = 1;         // where it begins in the file
};

// A section is cut once it has kEnough words, and a paragraph only if it has more than kMostWords. What stands under
// another heading is another passage, however short: a short one that fits is found before a long one that also does.
inline constexpr int kEnough = 80, kMostWords = 160;
inline constexpr std::size_t kMostBytes = 1400;     // 160 words of German are 1,200
inline constexpr std::size_t kLongestHeading = 80;  // characters, of each level

// Any bytes: what is no UTF-8 becomes U+FFFD.
std::vector<Passage> cut(std::string_view text, Markup markup);

}  // namespace offhook::knowledge

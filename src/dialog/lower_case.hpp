// Small letters for capitals, in the scripts that have them: Latin, Greek, Cyrillic, Armenian. Independent of locale.
#pragma once

#include <string>
#include <string_view>

namespace offhook::dialog {

// Letter for letter; other characters, and bytes that are not UTF-8, stay as they are. "ÄRGER" → "ärger".
std::string lower_case(std::string_view text);

}  // namespace offhook::dialog

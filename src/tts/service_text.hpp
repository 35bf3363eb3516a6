// Text on its way to a voice that is a service. Pure, no exceptions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::tts {

std::int64_t characters(std::string_view text);  // code points, as vendors count them

// False for what makes no sound (blanks, punctuation, pictures): services refuse it, or leave it unanswered.
bool anything_to_say(std::string_view text);

// "en" of "en-US": what vendors want who know no regions (RFC 5646 2.1).
constexpr std::string_view primary_subtag(std::string_view language) {
  return language.substr(0, language.find_first_of("-_"));
}

// What a URL's path segment or query value may hold as it stands; the rest percent-encoded (RFC 3986 2.3).
std::string url_encoded(std::string_view text);

}  // namespace offhook::tts

// Text on its way to a voice that is a service, and the words that services say back. Pure, no exceptions.
#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/parse_options.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::tts {

// Well-formed UTF-8: what is none becomes U+FFFD. One bad byte in a message would cost the socket all its contexts
// (RFC 6455 8.1).
std::string clean(std::string_view text);
std::int64_t characters(std::string_view text);  // code points, as vendors count them

// False for what makes no sound (blanks, punctuation, pictures): services refuse it, or leave it unanswered.
bool anything_to_say(std::string_view text);

// "en" of "en-US": what vendors want who know no regions (RFC 5646 2.1).
constexpr std::string_view primary_subtag(std::string_view language) {
  return language.substr(0, language.find_first_of("-_"));
}

// What a URL's path segment or query value may hold as it stands; the rest percent-encoded (RFC 3986 2.3).
std::string url_encoded(std::string_view text);

// JSON that a stranger wrote. Absent, null and of another type are all the same: null, empty, `otherwise`.
constexpr boost::json::parse_options lenient() {
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  return options;
}
const boost::json::object* object_in(const boost::json::object& from, std::string_view key);
const boost::json::array& array_in(const boost::json::object& from, std::string_view key);
std::string_view text_in(const boost::json::object& from, std::string_view key);
double number(const boost::json::value* value, double otherwise);

// The service's own words for a failure, out of JSON or whatever it sent: one line of at most 200 characters.
std::string service_words(const boost::json::object& from);
std::string service_words(std::string_view body);

}  // namespace offhook::tts

// JSON that strangers wrote, read without exceptions. For .cpp files and tests only: the library behind it is slow to
// compile.
//
// Absent, null and of another type are all the same: null, an empty array, an empty text, false, nothing.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace offhook {

namespace json = boost::json;

// For json::parse: one bad byte does not lose a message. What is taken out of it is cleaned (base/utf8.hpp).
constexpr json::parse_options lenient() {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  return options;
}

// Nothing if it is no JSON object, or has bytes that are no UTF-8.
std::optional<json::object> parse_object(std::string_view text);

// One message of a service, bad bytes and all. Errc::invalid: it is no JSON object, and what it is instead.
Result<json::object> read_message(std::string_view text);

const json::object* object_in(const json::object& from, std::string_view key);
const json::array& array_in(const json::object& from, std::string_view key);
std::string_view text_in(const json::object& from, std::string_view key);
bool flag_in(const json::object& from, std::string_view key);  // true only where it says true
std::optional<double> number_in(const json::object& from, std::string_view key);
std::optional<Duration> seconds_in(const json::object& from, std::string_view key);  // 0 to 10^6 s
std::int64_t whole_in(const json::object& from, std::string_view key, std::int64_t otherwise);
int count_in(const json::object& from, std::string_view key, int otherwise = 0);  // 0 to the largest int
double number_or(const json::value* value, double otherwise);                     // null: otherwise

// A service's own words for a failure, in one line of at most 200 characters: its object's message, or that of the
// "error" or "detail" in it; empty if it has none. Of a body that is no JSON: all of it.
std::string service_words(const json::object& from);
std::string service_words(std::string_view body);

}  // namespace offhook

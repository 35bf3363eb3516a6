// JSON that a stranger wrote, read without exceptions, and text that goes into ours.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "llm/llm.hpp"

namespace offhook::llm {

namespace json = boost::json;

constexpr json::parse_options lenient() {
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // made clean by clean(), instead of losing the answer for one byte
  return options;
}

// Absent, null and of another type are all the same: nullptr, an empty array, an empty text, `otherwise`.
const json::object* object_in(const json::object& from, std::string_view key);
const json::array& array_in(const json::object& from, std::string_view key);
std::string_view text_in(const json::object& from, std::string_view key);
std::int64_t number_in(const json::object& from, std::string_view key, std::int64_t otherwise);
int count_in(const json::object& from, std::string_view key, int otherwise = 0);  // 0 to the largest int
bool flag_in(const json::object& from, std::string_view key);                     // true only where it says true

// Well-formed UTF-8 (RFC 3629): what is none becomes U+FFFD.
std::string clean(std::string_view text);
// The same, without controls, at most so many characters.
std::string one_line(std::string_view text, std::size_t characters);

// A tool's JSON Schema; of a tool without one, that of an empty object. Errc::invalid names the tool.
Result<json::value> parse_parameters(const Tool& tool);
// A tool call's arguments for those who want an object: what is none becomes {"text": …}.
json::object parse_arguments(std::string_view arguments);

}  // namespace offhook::llm

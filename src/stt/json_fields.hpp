// JSON that a service wrote, read without exceptions. For .cpp files only: the library behind it is slow to compile.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace offhook::stt {

namespace json = boost::json;

// Nothing if it is no JSON object, or has bytes that are no UTF-8.
std::optional<json::object> parse_object(std::string_view text);

// Absent, null and of another kind are all the same: nullptr, an empty array, an empty text, false, nothing.
const json::object* object_in(const json::object& from, std::string_view key);
const json::array& array_in(const json::object& from, std::string_view key);
std::string_view text_in(const json::object& from, std::string_view key);
bool flag_in(const json::object& from, std::string_view key);
std::optional<double> number_in(const json::object& from, std::string_view key);
std::optional<Duration> seconds_in(const json::object& from, std::string_view key);  // 0 to 10^6 s

// What a service says of its failure, in one line of at most 200 bytes of UTF-8.
std::string in_one_line(std::string_view words);
// The same out of the body of an HTTP error: its JSON's {"error":{"message"}} and the like, else all of it.
std::string words_of_failure(std::string_view body);

}  // namespace offhook::stt

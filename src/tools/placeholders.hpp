// Texts and JSON with a {name} in place of what is known only later. For .cpp files: the library behind it is slow to
// compile.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::tools {

bool is_name_letter(char c);  // of a placeholder: letters, digits, _ and -

// `text` with each {name} replaced; braces around anything else stay.
std::string filled(std::string_view text, const std::function<std::string(std::string_view name)>& value);
std::vector<std::string> placeholders(std::string_view text);
// … in all texts of it.
std::vector<std::string> placeholders_in(const boost::json::value& body);

// A value as it stands in a text: a text as it is, anything else as JSON.
std::string text_of(const boost::json::object& values, std::string_view name);

// A text that is nothing but a placeholder becomes the value itself, with its type; other texts are filled in. What
// stands for an absent value goes; nothing: that is all of it.
std::optional<boost::json::value> filled_in(const boost::json::value& body, const boost::json::object& values);

}  // namespace offhook::tools

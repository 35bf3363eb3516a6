// The part of JSON Schema (2020-12) in which a tool tells what it takes. Checked when the agent's file is read; what a
// model then writes is held to it, and told in one sentence what does not fit. For .cpp files: the library behind it is
// slow to compile.
//
// Held to: type, enum, const, required, properties, additionalProperties, items, minItems, maxItems, minimum, maximum,
// exclusiveMinimum, exclusiveMaximum, minLength, maxLength. Told to the model alone: title, description, default,
// examples, format, pattern, deprecated. Any other keyword is an error: it would promise what nobody checks.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace offhook::tools {

struct SchemaMistake {
  std::vector<std::string> path;  // from the schema's top to what is wrong: "properties", "when", "type"
  std::string what;               // found …, expected …
};
// Nothing: it can be held to. The top must be of type object, as every model's maker wants it.
std::optional<SchemaMistake> mistake_in(const boost::json::value& schema);

// Nothing: the arguments fit a schema without mistakes. Else one sentence, which names the argument: "The argument
// "party.size" is "four", expected an integer."
std::optional<std::string> misfit(const boost::json::value& schema, const boost::json::value& arguments);

// A model's own text as its arguments: empty is an empty object. The error is the sentence to tell it.
Result<boost::json::object> parse_arguments(std::string_view text);

}  // namespace offhook::tools

// What a model is told of tools, as JSON.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "base/result.hpp"
#include "llm/llm.hpp"

namespace offhook::llm {

// A tool's JSON Schema; of a tool without one, that of an empty object. Errc::invalid names the tool.
Result<boost::json::value> parse_parameters(const Tool& tool);
// A tool call's arguments for those who want an object: what is none becomes {"text": …}.
boost::json::object parse_arguments(std::string_view arguments);

}  // namespace offhook::llm

// A part of a YAML file as JSON: for what is handed on as it stands, such as a tool's JSON Schema.
#pragma once

#include <string>

#include "server/yaml.hpp"

namespace offhook::server::yaml {

// As YAML 1.2's core schema reads scalars: plain ones are null, true, false, numbers or text; quoted ones are text. Of
// two equal keys the last counts.
std::string to_json(const Node& node);

}  // namespace offhook::server::yaml

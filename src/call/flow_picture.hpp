// A flow for people to look at: as a picture, or as text. Pure.
#pragma once

#include <string>

#include "call/flow.hpp"

namespace offhook::call {

// SVG that stands alone in a browser. Row by row from the first node; ways back and ways over rows run outside.
std::string drawn(const Flow& flow, const std::string& title);

// A line for each node and way, for a terminal.
std::string told_as_text(const Flow& flow);

}  // namespace offhook::call

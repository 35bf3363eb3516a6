// A ladder as a picture: v2v, CPU and lateness against the calls at once. Pure.
#pragma once

#include <string>

#include "ladder/ladder.hpp"

namespace offhook::ladder {

// One SVG, which follows its reader's choice of light or dark. What was not measured is not drawn.
std::string drawn(const Ladder& ladder);

}  // namespace offhook::ladder

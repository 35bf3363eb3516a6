// A ladder as text and as JSON. Pure.
#pragma once

#include <string>

#include "ladder/ladder.hpp"

namespace offhook::ladder {

std::string table(const Ladder& ladder);  // lines, each with its end; what was not measured is "–"
std::string json(const Ladder& ladder);   // one line, without its end; what was not measured is null
bool passed(const Ladder& ladder);        // each rung (load/report.hpp), and there is one

}  // namespace offhook::ladder

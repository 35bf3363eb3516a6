// A setting of the conversation by its name, for trying another value: as the agent's file calls it ("turn.min_delay",
// "limits.idle"), or as `call/settings.hpp` does ("vad_stop").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "call/settings.hpp"

namespace offhook::server {

// Values are written as the name's own file writes them: "300ms", "low", "on", "3"; turn.threshold=0.6 is
// threshold=600, and limits.cost=0.5 is budget_micros=500000. Flags may be on, off, true or false everywhere. An
// unknown name is an error that tells the nearest ones, a value that does not fit tells what was expected.
Result<void> set_by_name(call::Settings& settings, std::string_view name, std::string_view value);

// All names there are, the agent's file's first.
std::vector<std::string> setting_names();

}  // namespace offhook::server

// What callers say.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "edge/caller.hpp"

namespace offhook::load {

// The recordings, one utterance each. None named: a question of three seconds that is built in.
Result<std::vector<edge::Utterance>> read_says(const std::vector<std::string>& wavs);

}  // namespace offhook::load

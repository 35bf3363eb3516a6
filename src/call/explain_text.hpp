// A story for a terminal, for whoever is called at three in the morning: what the call was like, then each turn in
// order, with the reasons and the waterfall.
#pragma once

#include <string>

#include "call/explain.hpp"

namespace offhook::call {

// `turn`: only that one, which exists; 0: the whole call.
std::string explained(const Story& story, int turn = 0);

}  // namespace offhook::call

// How long to wait after the caller's last speech before the word is the agent's: a curve from probability to time,
// bent by how the words end. Never earlier than min_delay, never later than max_delay.
#pragma once

#include <string>
#include <string_view>

#include "call/settings.hpp"

namespace offhook::call {

// `permille`: the turn model's probability that the turn is complete, -1 if there is none.
//
//   wait = min_delay + (max_delay - min_delay) * (1 - p)^3 * eagerness
//
// p 0.9 → 0.30 s · 0.7 → 0.37 s · 0.5 → 0.64 s · 0.3 → 1.2 s · 0.1 → 2.3 s (with 0.3 s and 3 s)
Duration endpoint_wait(const Settings& settings, int permille, std::string_view words);

// "turn p=0.31, open ending, waits 1.20 s"
std::string endpoint_why(const Settings& settings, int permille, std::string_view words);

// How long after the notice of a pause its transcript is waited for: with words in hand (a partial's) twice as long as
// it has been known to take, without any as long as the settings allow. `known`: as learn_lateness() has it.
Duration words_wait(const Settings& settings, std::string_view words, Duration known);

// Follows what nine of ten transcripts keep: up quickly, down slowly. `known` below 0: nothing yet.
Duration learn_lateness(const Settings& settings, Duration known, Duration late);

}  // namespace offhook::call

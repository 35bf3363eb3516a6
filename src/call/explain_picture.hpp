// A story as one picture: SVG on one axis of time, lane under lane, from the caller's sound to what was decided about
// it. It stands alone in a browser: no scripts, no fonts of its own, nothing to fetch.
#pragma once

#include <string>

#include "audio/wav.hpp"
#include "call/explain.hpp"

namespace offhook::call {

inline constexpr double kMostPixels = 20'000;  // of the axis, however long the call

// `recording`: of two channels (call/recording.hpp), or null: levels stand for the caller's sound. `turn`: only that
// one and a second around it; 0: the whole call.
std::string drawn(const Story& story, const audio::Wav* recording, int turn = 0);

}  // namespace offhook::call

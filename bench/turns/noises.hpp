// What is heard on a telephone and is no speech, synthesised: the same for the same seed. Pure; µ-law and the line's
// floor come later.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "turns/sound.hpp"

namespace offhook::turns {

// Levels are those of the loudest 20 ms, dBFS.
Sound cough(std::uint32_t seed, double dbfs);       // 150 to 350 ms: a burst, and most often a softer one behind it
Sound keyboard(std::uint32_t seed, double dbfs);    // a second of typing: 5 to 9 strokes, down and up
Sound line_noise(std::uint32_t seed, double dbfs);  // half a second of mains hum, its harmonics and hiss

}  // namespace offhook::turns

// A clause as it is sent: at the wire's rate, without the silence that voices put around it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.hpp"

namespace offhook::tts {

// The silence left around what is audible. Voices bring 10 to 90 ms before a clause, which is pure delay to the caller,
// and 150 to 350 ms behind it, which between two clauses sounds like hesitation.
struct Edges {
  Duration before = 10ms;  // at most: soft consonants begin below what counts as audible
  Duration after = 60ms;   // exactly; a sentence's end wants more, some 200 ms
};

// The whole of one clause, mono. Empty if nothing in it is audible. Any thread; 0.8 ms for each
// second of sound.
std::vector<std::int16_t> to_wire(std::span<const std::int16_t> clause, int from_rate, int wire_rate, Edges edges = {});

}  // namespace offhook::tts

// Utterances cut to what is heard of them, and put together with a pause of an exact length. Pure.
//
//   first     ░▓▓▓▓▓▓▓░                      ░ the soft edge that is left around what is audible
//   second                      ░▓▓▓▓▓▓░
//   spliced   ░▓▓▓▓▓▓▓░▁▁▁▁▁▁▁▁▁░▓▓▓▓▓▓░
//                     └── pause ─┘
#pragma once

#include <optional>
#include <utility>

#include "base/result.hpp"
#include "turns/sound.hpp"

namespace offhook::turns {

// A sound and the part of it that is audible: [first, last).
struct Utterance {
  Sound sound;
  Samples first = 0, last = 0;
};

// Errc::invalid where nothing in it is audible.
Result<Utterance> trimmed(const Sound& sound);

struct Spliced {
  Utterance whole;
  Samples pause_begin = 0, pause_end = 0;  // the last audible sample before it, the first behind it
};
Spliced spliced(const Utterance& first, Samples pause, const Utterance& second);

// Where somebody's speech can be cut in two between words: the middle of the quietest 50 ms between 30 and 70 % of it.
// None where that is not quiet: 18 dB below his level.
std::optional<Samples> gap(const Utterance& speech);
std::pair<Sound, Sound> cut(const Utterance& speech, Samples at);

// The line's floor under all of it, then µ-law.
Sound on_the_line(const Sound& sound, double floor_dbfs, std::uint32_t seed);

}  // namespace offhook::turns

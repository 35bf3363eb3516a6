// What the caller's line sends each 20 ms: the floor of its noise, what the caller says, and, where the line is bad,
// what it returns of the agent's own voice. Pure.
//
//   heard   ▓▓▓▓▓▓▓▓                      the agent
//   echo      └ delay ┘▒▒▒▒▒▒▒▒           softer and duller, in all that is sent
//   clip              ░░▓▓▓▓▓▓░░          a recording brings its own floor
//   sent    ░░░░░░░░░░▒▒▓▓▓▓▓▓░░░░░
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>

#include "turns/filters.hpp"
#include "turns/level.hpp"

namespace offhook::turns {

struct Echo {
  Duration delay = 250ms;  // 20 ms at least: a beat's sound is known after it
  double db = -12;         // of the agent's voice, as it is heard
  double low_pass = 2500;  // Hz
};

struct LineSettings {
  double floor_dbfs = -60;
  std::optional<Echo> echo;
  std::uint32_t seed = 1;
};

class Mixer {
 public:
  static constexpr Samples kBeat = 160;

  explicit Mixer(const LineSettings& line);

  void say(std::shared_ptr<const Sound> clip);     // from the next beat on; what was being said is over
  void next(std::span<std::int16_t> out);          // a beat
  void hear(std::span<const std::int16_t> heard);  // … and what was heard during it

 private:
  std::int16_t echo();

  Hiss floor_;
  std::shared_ptr<const Sound> clip_;  // none: nothing is said
  std::size_t said_ = 0;
  double gain_ = 0;  // of the echo; 0: none
  Biquad dull_;
  std::deque<std::int16_t> under_way_;  // heard, not yet returned; its length is the delay
};

}  // namespace offhook::turns

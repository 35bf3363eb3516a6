// For tests: sound drawn by level and length.
#pragma once

#include <algorithm>
#include <initializer_list>

#include "turns/sound_map.hpp"

namespace offhook::turns {

// A square of so much; nothing and zeros sound alike, but only the latter are sent.
enum class Level : std::int16_t { nothing = -1, zeros = 0, quiet = 100, loud = 3000 };

struct Part {
  Level level;
  std::int64_t ms;
};

inline Sound sound_of(std::initializer_list<Part> parts) {
  Sound out;
  for (const Part& part : parts) {
    const int level = std::max(static_cast<int>(part.level), 0);
    for (Samples i = 0; i < samples_of_ms(part.ms); ++i)
      out.push_back(static_cast<std::int16_t>(i % 8 < 4 ? level : -level));
  }
  return out;
}

inline SoundMap map_of(std::initializer_list<Part> parts) {
  SoundMap map;
  for (const Part& part : parts) {
    const Sound sound = sound_of({part});
    map.append(sound, part.level == Level::nothing ? 0 : sound.size());
  }
  return map;
}

}  // namespace offhook::turns

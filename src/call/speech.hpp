// Windows of the caller's sound become speech and pauses: hysteresis over the VAD's probability, with the level's say
// in where speech ended. A value; part of the floor's state.
//
//   probability   ▁▁▃▇▇▇█▇▇▆▅▃▁▁▁▁▁▁
//   level         ▁▁▅▇▇█▇▇▃▁▁▁▁▁▁▁▁▁
//                   │     │     └ the pause is noticed: vad_stop after the end
//                   │     └ the end of speech: where it was last audible
//                   └ the candidate: where speech began, known start_windows later
#pragma once

#include <optional>

#include "call/event.hpp"
#include "call/settings.hpp"

namespace offhook::call {

inline constexpr Duration kVadWindow = 32ms;

struct Speech {
  bool on = false;
  int loud_windows = 0, quiet_windows = 0;
  Sample candidate = 0;   // where speech would have begun
  Sample quiet_from = 0;  // where silence began
  Sample audible_to = 0;  // the end of the last window whose level was that of the caller's voice
  Sample heard_to = 0;    // the end of the last window at all
};

enum class Heard { nothing, began, speech, paused };

// `probability`: of the window, as it counts (0 where the caller is muted or the agent's own voice explains it).
// `windows`: how many in a row begin speech. `loudest`: of this turn's windows, dB below full scale, this one included;
// none: there is no turn, and the probability alone says where speech ended. After `paused`, speech_end() is its end.
Heard hear(Speech& speech, const event::Window& window, int probability, int windows, std::optional<int> loudest,
           const Settings& settings);

Sample speech_end(const Speech& speech);

}  // namespace offhook::call

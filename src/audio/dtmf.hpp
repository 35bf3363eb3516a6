// The tones of telephone keys (ITU-T Q.23, Q.24).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace offhook::audio {

//   key   100 ms ███████ 100 ms ▁▁▁▁▁▁▁ 100 ms ███████ …    each tone's edges rise and fall within 5 ms
// Keys: 0 to 9, * and #; others are skipped.
std::vector<std::int16_t> dtmf(std::string_view keys, int rate);

}  // namespace offhook::audio

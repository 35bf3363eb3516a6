#include "call/endpointing.hpp"

#include <algorithm>
#include <cstdio>

#include "dialog/words.hpp"

namespace offhook::call {

Wait endpoint_wait(const Settings& s, int permille, std::string_view words) {
  const dialog::Ending ending = dialog::ending_of(words);
  // Without a verdict the silence alone decides: min_delay, unless the words say that more is coming.
  std::int64_t p = permille < 0 ? 1000 : std::clamp(permille, 0, 1000);
  if (ending == dialog::Ending::complete) p = std::max<std::int64_t>(p, 900);
  if (ending == dialog::Ending::open) p = permille < 0 ? 400 : p * 4 / 10;
  const std::int64_t doubt = 1000 - p;
  const std::int64_t span = (s.max_delay - s.min_delay).count();
  // Integers: a replay on another machine must take the same decision.
  std::int64_t wait = s.min_delay.count() + span * doubt / 1000 * doubt / 1000 * doubt / 1000 * s.eagerness_percent / 100;
  wait = std::clamp(wait, s.min_delay.count(), s.max_delay.count());
  char why[128];
  if (permille < 0)
    std::snprintf(why, sizeof why, "no turn verdict, %s ending, waits %.2f s", std::string(name(ending)).c_str(),
                  static_cast<double>(wait) / 1e6);
  else
    std::snprintf(why, sizeof why, "turn p=%.2f, %s ending, waits %.2f s", permille / 1000.0,
                  std::string(name(ending)).c_str(), static_cast<double>(wait) / 1e6);
  return {Duration(wait), why};
}

}  // namespace offhook::call

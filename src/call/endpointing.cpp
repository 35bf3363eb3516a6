#include "call/endpointing.hpp"

#include <algorithm>
#include <cstdio>

#include "dialog/words.hpp"

namespace offhook::call {

Duration endpoint_wait(const Settings& s, int permille, std::string_view words) {
  const dialog::Ending ending = dialog::ending_of(words);
  // Without a verdict the silence alone decides: min_delay, unless the words say that more is coming.
  std::int64_t p = permille < 0 ? 1000 : std::clamp(permille, 0, 1000);
  if (ending == dialog::Ending::complete) p = std::max<std::int64_t>(p, 900);
  if (ending == dialog::Ending::question) p = std::max<std::int64_t>(p, 700);
  if (ending == dialog::Ending::open) p = permille < 0 ? 400 : p * 4 / 10;
  const std::int64_t doubt = 1000 - p;
  const std::int64_t eagerness = std::clamp(s.eagerness_percent, 0, 1000);
  const std::int64_t least = std::clamp<Duration>(s.min_delay, 0s, 1h).count();
  const std::int64_t most = std::clamp<Duration>(s.max_delay, Duration(least), 1h).count();
  // Integers: a replay on another machine must take the same decision.
  const std::int64_t wait = least + (most - least) * doubt / 1000 * doubt / 1000 * doubt / 1000 * eagerness / 100;
  return Duration(std::min(wait, most));
}

std::string endpoint_why(const Settings& s, int permille, std::string_view words) {
  char verdict[32] = "no turn verdict", why[128];
  if (permille >= 0) std::snprintf(verdict, sizeof verdict, "turn p=%.2f", permille / 1000.0);
  std::snprintf(why, sizeof why, "%s, %s ending, waits %.2f s", verdict,
                std::string(name(dialog::ending_of(words))).c_str(), to_ms(endpoint_wait(s, permille, words)) / 1000);
  return why;
}

Duration words_wait(const Settings& s, std::string_view words, Duration known) {
  constexpr Duration kLeast = 500ms;  // a partial is not the end of a sentence: its last words are worth this much
  if (dialog::words_of(words).empty()) return s.words_patience;
  const Duration usual = known < Duration::zero() ? s.words_usual : known;
  return std::min(s.words_patience, std::max(kLeast, 2 * std::min(usual, s.words_patience)));
}

Duration learn_lateness(const Settings& s, Duration known, Duration late) {
  if (known < Duration::zero()) known = s.words_usual;
  late = std::clamp<Duration>(late, 0s, 1h);
  known = std::clamp<Duration>(known, 0s, 1h);
  return known + (late > known ? (late - known) * 9 / 20 : (late - known) / 20);
}

}  // namespace offhook::call

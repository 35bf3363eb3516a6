#include "call/speech.hpp"

#include <algorithm>

#include "call/machines.hpp"

namespace offhook::call {
namespace {

constexpr int kAudibleRange = 25;  // dB below the turn's loudest window: beyond, the caller is not heard any more

}  // namespace

Sample speech_end(const Speech& s) {
  return std::clamp(s.audible_to, s.candidate, s.quiet_from);
}

Heard hear(Speech& f, const event::Window& w, int probability, int windows, std::optional<int> loudest,
           const Settings& s) {
  const Sample begin = w.end - samples_in(kVadWindow, s);
  f.heard_to = w.end;
  if (!f.on) {
    if (probability < s.speech_start) {
      f.loud_windows = 0;
      return Heard::nothing;
    }
    if (f.loud_windows++ == 0) f.candidate = begin;
    if (f.loud_windows < windows) return Heard::nothing;
    f.on = true;
    f.quiet_windows = f.loud_windows = 0;
    f.audible_to = w.end;
    return Heard::began;
  }
  if (loudest && w.level <= *loudest + kAudibleRange) f.audible_to = w.end;
  if (probability >= s.speech_keep) {
    f.quiet_windows = 0;
    return Heard::speech;
  }
  if (f.quiet_windows++ == 0) f.quiet_from = begin;
  // The model's probability falls some windows after the sound has: where the level has fallen, that counts.
  const bool silent = loudest && span_of(w.end - speech_end(f), s) - kVadWindow >= s.vad_stop;
  if (!silent && span_of(w.end - f.quiet_from, s) < s.vad_stop) return Heard::nothing;
  f.on = false;
  f.quiet_windows = f.loud_windows = 0;
  return Heard::paused;
}

}  // namespace offhook::call

#include "turns/splicer.hpp"

#include <algorithm>
#include <span>

#include "audio/fade.hpp"
#include "audio/level.hpp"
#include "turns/filters.hpp"
#include "turns/level.hpp"

namespace offhook::turns {
namespace {

constexpr Samples kEdge = 240;            // 30 ms: what is soft at the ends of words
constexpr Samples kFade = 40;             // 5 ms
constexpr Samples kGap = 400, kHop = 40;  // 50 ms, 5 ms
constexpr double kQuieter = 18;           // dB

std::span<const std::int16_t> part(const Sound& s, Samples from, Samples to) {
  return std::span(s).subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

void add(Sound& to, Samples at, const Sound& what) {
  for (std::size_t i = 0; i < what.size(); ++i) {
    auto& sample = to[static_cast<std::size_t>(at) + i];
    sample = clipped(int{sample} + int{what[i]});
  }
}

}  // namespace

Result<Utterance> trimmed(const Sound& sound) {
  const auto first = static_cast<Samples>(audio::first_audible(std::span(sound), kRate));
  const auto last = static_cast<Samples>(audio::last_audible(std::span(sound), kRate));
  if (first >= last) return Error{Errc::invalid, "nothing in it is louder than -44 dBFS; expected speech"};
  const Samples from = std::max<Samples>(0, first - kEdge);
  const Samples to = std::min(static_cast<Samples>(sound.size()), last + kEdge);
  const auto kept = part(sound, from, to);
  Utterance out{{kept.begin(), kept.end()}, first - from, last - from};
  const auto before = static_cast<std::size_t>(std::min(kFade, out.first));
  const auto after = static_cast<std::size_t>(std::min(kFade, to - last));
  audio::fade_in(std::span(out.sound).first(before));
  audio::fade_out(std::span(out.sound).last(after));
  return out;
}

Spliced spliced(const Utterance& first, Samples pause, const Utterance& second) {
  const Samples begin = std::max<Samples>(0, first.last + pause - second.first);
  const Samples length = begin + static_cast<Samples>(second.sound.size());
  Spliced out;
  out.whole.sound.resize(static_cast<std::size_t>(std::max(length, static_cast<Samples>(first.sound.size()))));
  add(out.whole.sound, 0, first.sound);
  add(out.whole.sound, begin, second.sound);
  out.whole.first = first.first;
  out.whole.last = begin + second.last;
  out.pause_begin = first.last;
  out.pause_end = begin + second.first;
  return out;
}

std::optional<Samples> gap(const Utterance& speech) {
  const Samples length = speech.last - speech.first;
  Samples best = 0;
  double quietest = 0;
  for (Samples at = speech.first + length * 3 / 10; at + kGap <= speech.first + length * 7 / 10; at += kHop) {
    const double level = audio::dbfs(part(speech.sound, at, at + kGap));
    if (best > 0 && level >= quietest) continue;
    best = at + kGap / 2;
    quietest = level;
  }
  if (best == 0 || quietest > speech_level(speech.sound) - kQuieter) return std::nullopt;
  return best;
}

std::pair<Sound, Sound> cut(const Utterance& speech, Samples at) {
  const auto middle = speech.sound.begin() + static_cast<std::ptrdiff_t>(at);
  return {Sound(speech.sound.begin(), middle), Sound(middle, speech.sound.end())};
}

Sound on_the_line(const Sound& sound, double floor_dbfs, std::uint32_t seed) {
  Hiss floor(floor_dbfs, seed);
  Sound out;
  out.reserve(sound.size());
  for (const std::int16_t s : sound) out.push_back(clipped(int{s} + int{floor.next()}));
  return through_mulaw(out);
}

}  // namespace offhook::turns

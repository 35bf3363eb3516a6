#include "turns/sound_map.hpp"

#include <algorithm>
#include <cstdlib>

#include "audio/level.hpp"

namespace offhook::turns {

void SoundMap::append(std::span<const std::int16_t> samples, std::size_t arrived) {
  for (std::size_t at = 0; at + kStep <= samples.size(); at += kStep) {
    const auto step = samples.subspan(at, kStep);
    const bool zeros = std::ranges::all_of(step, [](std::int16_t s) { return std::abs(int{s}) <= kZero; });
    steps_.push_back(at >= arrived                    ? Heard::nothing
                     : zeros                          ? Heard::zeros
                     : audio::rms(step) > kAudibleRms ? Heard::audible
                                                      : Heard::quiet);
    nothing_ = at >= arrived ? nothing_ + kStep : 0;
    if (nothing_ >= kNeverSent) sends_always_ = false;
  }
}

std::size_t SoundMap::step_of(Samples position) const {
  return std::min(static_cast<std::size_t>(std::max<Samples>(position, 0) / kStep), steps_.size());
}

std::optional<Samples> SoundMap::first_audible(Samples from, Samples to) const {
  const auto begin = steps_.begin() + static_cast<std::ptrdiff_t>(step_of(from));
  const auto end = steps_.begin() + static_cast<std::ptrdiff_t>(step_of(to));
  if (begin >= end) return std::nullopt;
  const auto found = std::find(begin, end, Heard::audible);
  if (found == end) return std::nullopt;
  return std::max<Samples>((found - steps_.begin()) * kStep, from);
}

std::optional<Samples> SoundMap::last_audible(Samples from, Samples to) const {
  for (std::size_t i = step_of(to), begin = step_of(from); i > begin; --i)
    if (steps_[i - 1] == Heard::audible) return static_cast<Samples>(i) * kStep;
  return std::nullopt;
}

std::vector<Break> SoundMap::breaks(Samples from, Samples to, Samples least) const {
  std::vector<Break> out;
  std::size_t i = step_of(from);
  while (i > 0 && steps_[i - 1] != Heard::audible) --i;  // the break that `from` lies in
  for (const std::size_t bound = step_of(to); i < bound;) {
    if (steps_[i] == Heard::audible || i == 0) {
      ++i;
      continue;
    }
    Break b{.begin = static_cast<Samples>(i) * kStep};
    for (Samples dead = 0; i < steps_.size() && steps_[i] != Heard::audible; ++i) {
      const bool sent = steps_[i] == Heard::quiet || (steps_[i] == Heard::zeros && !sends_always_);
      dead = sent ? 0 : dead + kStep;
      b.dead = std::max(b.dead, dead);
    }
    b.end = static_cast<Samples>(i) * kStep;
    b.goes_on = i < steps_.size();
    if (b.length() >= least && b.end > from) out.push_back(b);
  }
  return out;
}

}  // namespace offhook::turns

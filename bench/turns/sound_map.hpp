// When one side of a call was heard, in steps of 5 ms. Pure.
//
//   heard   ▓▓▓▓▓▓▓░░▁▁▁▁▁▁▁▁▁▁░▓▓▓▓▓▓▓▓      ▓ audible   ░ quiet   ▁ nothing had arrived to be heard
//                  └── break ──┘
//                    └ dead ──┘
//
// The pauses that a sentence has are sent as any sound is; an agent that stops speaking sends nothing. That is how the
// break that an agent made is told from its own pause. Of an agent that sends always, silence where others send
// nothing, zeros are as good as nothing; then its own pauses may look the same, and only the control tells.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "turns/sound.hpp"

namespace offhook::turns {

struct Break {
  Samples begin = 0, end = 0;  // from the last audible sample to the next, or to the map's end
  Samples dead = 0;            // the longest stretch in it of what was not sent
  bool goes_on = false;        // audible again behind it

  Samples length() const { return end - begin; }
};

class SoundMap {
 public:
  static constexpr Samples kStep = 40;
  static constexpr double kAudibleRms = 200;   // edge/earpiece.hpp, audio/level.hpp
  static constexpr int kZero = 8;              // µ-law's step beside 0: the rounding of silence
  static constexpr Samples kNeverSent = 4800;  // 600 ms without anything: not an agent that sends always

  // Whole steps. Of these, `arrived` from the front were sent by the other side; the rest is nothing.
  void append(std::span<const std::int16_t> samples, std::size_t arrived);
  void append(std::span<const std::int16_t> samples) { append(samples, samples.size()); }

  Samples end() const { return static_cast<Samples>(steps_.size()) * kStep; }
  // The first audible sample, and one beyond the last, of [from, to); to the step.
  std::optional<Samples> first_audible(Samples from, Samples to) const;
  std::optional<Samples> first_audible(Samples from) const { return first_audible(from, end()); }
  std::optional<Samples> last_audible(Samples from, Samples to) const;
  bool audible(Samples from, Samples to) const { return first_audible(from, to).has_value(); }
  // What is not audible behind something that is, and ends after `from` and begins before `to`, in order.
  std::vector<Break> breaks(Samples from, Samples to, Samples least) const;

 private:
  enum class Heard : std::uint8_t { nothing, zeros, quiet, audible };
  std::size_t step_of(Samples position) const;  // at most steps_.size()

  std::vector<Heard> steps_;
  Samples nothing_ = 0;       // at the end
  bool sends_always_ = true;  // until seen otherwise
};

}  // namespace offhook::turns

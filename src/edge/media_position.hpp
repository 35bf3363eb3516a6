// Where a frame of the caller's sound stands in the caller's stream. A carrier stamps frames with milliseconds; the
// stamps jitter by a few and sometimes lie, so counting decides and the stamps only show what was lost:
//
//   stamp    0    20   41    60   --   100   120    20    40
//   place    0   160  320   480       800   960  1120  1280
//                      └ jitter        └ 160 lost     └ backwards: counting goes on from here
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace offhook::edge {

class MediaPosition {
 public:
  static constexpr std::int64_t per_ms = 8;                  // samples of an 8 kHz wire
  static constexpr std::int64_t tolerance = 20 * per_ms;     // a frame: less is jitter
  static constexpr std::int64_t furthest = 10'000 * per_ms;  // a longer leap is not believed

  // The place of a frame's first sample; places never go backwards and frames never overlap.
  std::int64_t place(std::optional<std::int64_t> stamp_ms, std::size_t samples);

  std::uint64_t gaps() const { return gaps_; }          // times that sound was missing
  std::uint64_t nonsense() const { return nonsense_; }  // stamps not believed

 private:
  std::int64_t next_ = 0;    // where a frame stands if nothing was lost
  std::int64_t offset_ = 0;  // place minus stamp, in samples
  std::uint64_t gaps_ = 0, nonsense_ = 0;
};

}  // namespace offhook::edge

#include "edge/media_position.hpp"

namespace offhook::edge {

std::int64_t MediaPosition::place(std::optional<std::int64_t> stamp_ms, std::size_t samples) {
  constexpr std::int64_t believable = 1'000'000'000'000;  // ms, 31 years: keeps the arithmetic from overflowing
  std::int64_t at = next_;
  if (stamp_ms && (*stamp_ms < 0 || *stamp_ms > believable)) {
    ++nonsense_;
  } else if (stamp_ms) {
    const std::int64_t stamped = *stamp_ms * per_ms + offset_;
    const std::int64_t ahead = stamped - next_;
    if (ahead <= -tolerance || ahead > furthest) {
      offset_ += next_ - stamped;
      ++nonsense_;
    } else if (ahead >= tolerance) {
      at = stamped;
      ++gaps_;
    }
  }
  next_ = at + static_cast<std::int64_t>(samples);
  return at;
}

}  // namespace offhook::edge

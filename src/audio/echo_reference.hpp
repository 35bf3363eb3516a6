// What was sent to the far ear, by when it is due there: the sound whose echo may come back. A ring of two seconds, of
// which a part may lie ahead. One thread.
//
//             heard by now          due             position: samples at 8 kHz on one time line
//   ──────────▇▇▇▇▇▇▇▇▇▇▇▇──────────▇▇▇▇▇▇──────▶   between two sounds: silence
//                                   └ clear() takes back what is due from there on
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace offhook::audio {

class EchoReference {
 public:
  static constexpr std::int64_t kLength = 16384;  // samples held, 2.05 s

  EchoReference();

  // In order: what is due before the end of what was sent last is dropped.
  void send(std::int64_t due, std::span<const std::uint8_t> mulaw);
  void clear(std::int64_t from);

  // Silence where nothing is held.
  void read(std::int64_t from, std::span<float> out) const;
  // One beyond the last audible sample that is due; so far below every position where there was none.
  std::int64_t audible_until() const { return audible_until_; }

 private:
  std::vector<std::uint8_t> ring_;  // µ-law, as it was sent
  std::int64_t end_ = 0;            // one beyond what was sent last
  std::int64_t audible_until_ = INT64_MIN / 2;
};

}  // namespace offhook::audio

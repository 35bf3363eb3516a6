// The caller's last seconds as they came over the wire: 8 kHz µ-law, a byte a sample, addressed by the sample's
// absolute position in the caller's stream. What is needed at 16 kHz is made on demand. One thread.
//
//        begin()                                     end()
//   ───────┬──────────────┬░░░░░░░░░░┬─────────────────┬────────▶ position
//  forgotten    heard      a gap: silence    heard       to come
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.hpp"

namespace offhook::audio {

class History {
 public:
  static constexpr int kRate = 8000;              // Hz of positions and bytes
  static constexpr Duration kDefaultLength = 8s;  // what the turn model hears

  explicit History(Duration length = kDefaultLength);

  // At end().
  void append(std::span<const std::uint8_t> mulaw);
  // At `position`. Beyond end(): the gap becomes silence. Before it: what is still held is written over (a late frame
  // mends its gap), what is forgotten already is dropped. The first append sets where the stream begins.
  void append(std::int64_t position, std::span<const std::uint8_t> mulaw);

  std::int64_t begin() const { return begin_; }  // the oldest sample held
  std::int64_t end() const { return end_; }      // one beyond the newest
  bool empty() const { return begin_ == end_; }

  // The part of [from, to) that is held: max(from, begin()) up to min(to, end()).
  std::vector<std::uint8_t> read(std::int64_t from, std::int64_t to) const;
  std::vector<float> read_float8k(std::int64_t from, std::int64_t to) const;
  std::vector<float> read_float16k(std::int64_t from, std::int64_t to) const;  // two samples for each; 0.7 ms for 8 s

 private:
  void write(std::int64_t position, std::span<const std::uint8_t> mulaw);

  std::vector<std::uint8_t> ring_;
  std::int64_t begin_ = 0, end_ = 0;
  bool started_ = false;
};

// What read_float16k() does with the bytes of read(): for a thread with more time than the loop.
std::vector<float> mulaw_to_float16k(std::span<const std::uint8_t> mulaw);

}  // namespace offhook::audio

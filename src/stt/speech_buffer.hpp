// What a caller has said in one turn, as long as somebody may still ask for it, with its loudness by 10 ms. Positions
// are samples since the turn began. Kept as 16 bit: 32 KB a second. Home thread only.
//
//   0 ······ released ······│ kept() samples                    │
//                           begin()                             end()
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace offhook::stt {

class SpeechBuffer {
 public:
  static constexpr std::size_t kHop = 160;      // loudness is measured by 10 ms (at 16 kHz) …
  static constexpr std::size_t kWindow = 1600;  // … and judged over 100 ms
  static constexpr float kSilence = -120;       // dBFS of nothing at all

  void append(std::span<const float> samples);  // -1..1, clipped beyond
  void release(std::size_t before);             // what lies before is not needed again
  void clear();                                 // and gives the memory back

  std::size_t begin() const { return begin_; }
  std::size_t end() const { return begin_ + samples_.size(); }
  std::size_t kept() const { return samples_.size(); }
  std::vector<float> copy(std::size_t from, std::size_t to) const;

  // RMS in dBFS of the loudest 100 ms between the two; a shorter stretch is judged as a whole. A block cut by either
  // end counts as if it lay within.
  float loudest(std::size_t from, std::size_t to) const;
  // The middle of the quietest 100 ms between the two; the middle of the stretch if it is shorter.
  std::size_t quietest(std::size_t from, std::size_t to) const;

 private:
  double power(std::size_t from_hop, std::size_t to_hop) const;  // mean square

  std::vector<std::int16_t> samples_;
  std::vector<float> power_;  // mean square by hop, from hop begin_ / kHop on; the last may be unfinished
  std::size_t begin_ = 0;     // a multiple of kHop
};

}  // namespace offhook::stt

// How late the agent's own voice comes back: the delay between a reference and what the line brings, in hops of 8 ms.
// In 14 bands of 250 Hz the logarithm of the energy rises and falls; of echo, in the same way as the reference's some
// hops before. Levels and filters cancel out, so a faint echo counts as a loud one.
//
//   reference  ▂▆█▃▁▂▇▅▁                  correlation over the lags
//   line             ▂▅▆▃▁▂▅▄▁            ▁▁▂▁▁▁█▂▁▁▂▁
//              └─────┘ lag                      └ lag
//
// Decided from sums that forget within seconds: it takes about one second of speech to be sure, and as long to follow
// a change.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "audio/fft128.hpp"

namespace offhook::audio {

class EchoDelay {
 public:
  using Lanes = Fft128::Lanes;
  static constexpr int kHop = 64;        // samples, 8 ms
  static constexpr int kEarliest = -10;  // hops: the line's first frame may have come late, and set the clocks apart
  static constexpr int kLatest = 78;     // 624 ms
  static constexpr int kLags = kLatest - kEarliest;

  EchoDelay();
  void reset();
  void renew();  // after a break: what was before it is not compared with what comes

  // A hop further: spectra of the same instant.
  void update(const Fft128::Spectrum& reference, const Fft128::Spectrum& line);

  struct Estimate {
    int lag = 0;          // hops
    float likeness = 0;   // of the two at that lag, -1..1
    float second = 0;     // at the best lag that is no neighbour of it
    int busy = 0;         // hops in which both rose or fell
    bool enough() const;  // … to say anything
    bool found() const;
  };
  Estimate estimate() const;
  float likeness(int lag) const;

  void watch(int lag) { watched_ = lag; }
  float recent() const;  // the likeness of the last 0.25 s at the lag that is watched, or a neighbour of it

 private:
  static constexpr int kBandVectors = 4;  // 14 bands and two that stay zero
  static constexpr int kRing = 128;       // hops
  static constexpr int kStep = 6;         // hops between the two energies whose difference is compared
  struct Bands {
    std::array<Lanes, kBandVectors> v{};
  };
  struct Side {
    std::array<Bands, kStep> before{};
    Bands smooth{};
    std::array<float, 16> floor{};
    int at = 0;
    float feature(const Fft128::Spectrum& s, Bands& out);  // returns its square
  };
  Side reference_, line_;
  std::array<Bands, kRing> features_{}, line_features_{};
  std::array<float, kRing> squares_{}, line_squares_{};
  int at_ = 0;
  int fresh_ = 0;                                          // hops since a break
  std::array<float, kLags> cross_{}, reference_square_{};  // every other lag in one hop, the others in the next
  std::array<float, 2> line_square_{};
  int reference_busy_ = 0, line_busy_ = 0;
  int watched_ = 0;
  struct Recent {
    float line = 0;
    std::array<std::pair<float, float>, 3> lags{};  // cross, reference's square
  } recent_;
};

}  // namespace offhook::audio

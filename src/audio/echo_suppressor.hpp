// Takes an echo out of short spectra of the line (16 ms, every 8 ms), given those of the reference that causes it.
//
//   line ──┬──────────────(−)── error ──┬── × gain ──▶
//          │               ▲            │      ▲ what the echo's power still explains goes
//   reference ─▶ filter ───┘            │      │
//          └───────────▶ power × leak ──┴──────┘
//
// The filter is one of six taps in each bin (subband NLMS; Avargel and Cohen 2007): it takes a linear echo out whoever
// speaks. What it leaves, or all of the echo where a codec has bent it, is known by its power only, per bin, and goes
// by a gain (after Faller and Tournery 2006). The filter's step is the share of the error that is echo, so it rests
// while the caller speaks.
#pragma once

#include <array>

#include "audio/fft128.hpp"

namespace offhook::audio {

class EchoSuppressor {
 public:
  static constexpr int kTaps = 6;   // of 8 ms
  static constexpr int kEarly = 2;  // of them before the delay that was found: it is exact to a hop, and may shift

  void reset();  // another path
  void renew();  // perhaps shifted a little: the next sound is suppressed by its power until the filter has shown that
                 // it fits

  // `reference`: kEarly hops earlier than the echo's delay says. `alike`: how much the line rises and falls as the
  // reference does, 0..1: where it does not, somebody else speaks, and nothing is learnt of how loud echoes are.
  void step(const Fft128::Spectrum& line, const Fft128::Spectrum& reference, float alike, Fft128::Spectrum& out);

  // How much weaker the echo is than what was sent, in power: 0.01 is -20 dB; of the bins, weighted as speech is.
  float path() const { return path_; }

 private:
  using Lanes = Fft128::Lanes;
  static constexpr std::size_t kVectors = Fft128::kVectors;
  using Powers = std::array<Lanes, kVectors>;

  std::array<Fft128::Spectrum, kTaps> filter_{}, reference_{};
  std::array<Powers, kTaps> powers_{};
  std::size_t newest_ = 0;
  Powers tail_{};              // of the reference: its largest in the taps, dying away
  Powers heard_{}, sent_{};    // sums while the path is measured
  Powers path_of_{}, leak_{};  // of the line and of the error, by what of it was sent; four of five lie below
  int measured_ = 0;           // hops
  int hurry_ = 0;
  float line_power_ = 0, error_power_ = 0, path_power_ = 0, leak_power_ = 0;  // smooth, of the whole; what to expect
  float path_ = 0;
};

}  // namespace offhook::audio

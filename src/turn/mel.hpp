// Whisper's picture of sound, as Smart Turn was trained on it: log-mel, 80 bands of 8000 Hz, a frame each 10 ms, 8 s.
//
//   samples   zeros in front, so that the 8 s end where the speech ends; then zero mean and unit variance over all 8 s,
//             the zeros included (as in WhisperFeatureExtractor with do_normalize on an input that is already padded)
//   frames    of 400, each 160, centred: the first reaches 200 before the start, where the sound is mirrored; Hann
//   bands     power through 80 triangles of Slaney's mel scale, each of area 1 (librosa's norm="slaney")
//   values    log10, at least 1e-10, at most 8 below the greatest; (x + 4) / 4
#pragma once

#include <span>
#include <vector>

#include "turn/fft400.hpp"

namespace offhook::turn {

class LogMel {
 public:
  static constexpr int kRate = 16000;
  static constexpr int kSamples = 8 * kRate;
  static constexpr int kHop = 160;
  static constexpr int kBands = 80;
  static constexpr int kFrames = 800;

  LogMel();  // computes the tables; afterwards const and for any thread
  // `speech`: mono, 16 kHz, any scale; of more than kSamples only the end is seen. Returns kBands rows of the last
  // `frames` of the 8 s: at most kFrames, in eights. The others are not computed, and have no part in "the greatest".
  std::vector<float> compute(std::span<const float> speech, int frames = kFrames) const;

 private:
  struct Band {
    int first;  // bin
    std::vector<float> weights;
  };
  std::vector<float> normalised(std::span<const float> speech) const;

  Fft400 fft_;
  std::vector<float> window_;
  std::vector<Band> bands_;
};

}  // namespace offhook::turn

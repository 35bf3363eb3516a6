#include "turn/mel.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace offhook::turn {
namespace {

constexpr int kReach = Fft400::kSize / 2;  // of a centred frame, to each side

// Slaney's scale: linear to 1000 Hz, which is 15, then logarithmic, 27 steps for a factor of 6.4.
double to_hertz(double mel) {
  return mel < 15 ? mel * 200 / 3 : 1000 * std::exp((mel - 15) * std::log(6.4) / 27);
}
constexpr double kTopMel = 45.245640471924965;  // 15 + 27 ln 8 / ln 6.4: 8000 Hz

}  // namespace

LogMel::LogMel() : window_(Fft400::kSize), bands_(kBands) {
  for (int n = 0; n < Fft400::kSize; ++n) {
    window_[n] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * n / Fft400::kSize));
  }
  for (int b = 0; b < kBands; ++b) {
    const double low = to_hertz(kTopMel * b / (kBands + 1)), peak = to_hertz(kTopMel * (b + 1) / (kBands + 1)),
                 high = to_hertz(kTopMel * (b + 2) / (kBands + 1));
    Band& band = bands_[b];
    band.first = Fft400::kBins;
    for (int k = 0; k < Fft400::kBins; ++k) {
      const double hertz = static_cast<double>(k) * kRate / Fft400::kSize;
      const double weight = std::min((hertz - low) / (peak - low), (high - hertz) / (high - peak));
      if (weight <= 0) continue;
      band.first = std::min(band.first, k);
      band.weights.push_back(static_cast<float>(weight * 2 / (high - low)));
    }
  }
}

// kReach mirrored samples on both sides of the 8 s.
std::vector<float> LogMel::normalised(std::span<const float> speech) const {
  const std::size_t silence = kSamples - speech.size();
  double sum = 0;
  for (float s : speech) sum += s;
  const double mean = sum / kSamples;
  double squares = static_cast<double>(silence) * mean * mean;
  for (float s : speech) squares += (s - mean) * (s - mean);
  const double scale = 1 / std::sqrt(squares / kSamples + 1e-7);

  std::vector<float> padded(kSamples + 2 * kReach);
  float* x = padded.data() + kReach;
  std::fill_n(x, silence, static_cast<float>(-mean * scale));
  for (std::size_t i = 0; i < speech.size(); ++i) x[silence + i] = static_cast<float>((speech[i] - mean) * scale);
  for (int i = 1; i <= kReach; ++i) {
    x[-i] = x[i];
    x[kSamples - 1 + i] = x[kSamples - 1 - i];
  }
  return padded;
}

std::vector<float> LogMel::compute(std::span<const float> speech, int frames) const {
  if (speech.size() > kSamples) speech = speech.last(kSamples);
  const std::vector<float> samples = normalised(speech);
  const int silence = kSamples - static_cast<int>(speech.size());
  // Frames that see nothing but the silence in front are all alike: the first is computed, the others are its copies.
  // A turn of 2 s so costs a quarter of one of 8 s.
  const int first = kFrames - frames;
  const int alike_until =
      silence < 2 * kReach ? 0 : ((silence - kReach) / kHop + 1) / Fft400::kFrames * Fft400::kFrames;
  const int alike = std::max(alike_until - first, 0);

  std::vector<float> out(static_cast<std::size_t>(kBands) * frames);
  Fft400::Powers powers;
  float greatest = -10;
  for (int t = 0; t < frames; t = t == 0 && alike > 0 ? alike : t + Fft400::kFrames) {
    fft_.powers(std::span(samples).subspan(static_cast<std::size_t>(first + t) * kHop), kHop,
                std::span<const float, Fft400::kSize>(window_), powers);
    for (int b = 0; b < kBands; ++b) {
      Fft400::Lanes low{}, high{};
      const Band& band = bands_[b];
      for (std::size_t i = 0; i < band.weights.size(); ++i) {
        low += powers.low[band.first + i] * band.weights[i];
        high += powers.high[band.first + i] * band.weights[i];
      }
      float* row = out.data() + static_cast<std::size_t>(b) * frames;
      for (int i = 0; i < 4; ++i) {
        row[t + i] = std::log10(std::max(low[i], 1e-10f));
        row[t + 4 + i] = std::log10(std::max(high[i], 1e-10f));
        greatest = std::max({greatest, row[t + i], row[t + 4 + i]});
      }
      if (t == 0 && alike > 0) std::fill(row, row + alike, row[0]);
    }
  }
  for (float& v : out) v = (std::max(v, greatest - 8) + 4) / 4;
  return out;
}

}  // namespace offhook::turn

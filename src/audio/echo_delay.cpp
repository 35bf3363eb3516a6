#include "audio/echo_delay.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace offhook::audio {
namespace {
using Lanes = Fft128::Lanes;

constexpr float kForget = 1.0f / 160;    // of each sum at each second hop: 2.6 s
constexpr float kForgetNow = 1.0f / 32;  // of what is recent, at each hop: 0.25 s
constexpr float kLeastFloor = 2e-6f;     // of a band's power: about -75 dBFS
constexpr float kCommon = 0.7f;          // how much of what all bands do at once is left out: syllables are alike

// An echo's likeness is 0.9 where it is loud and 0.5 at -24 dB, and stands out from that at all other lags by 0.3 or
// more; of two people it rarely stands out by 0.15.
constexpr int kEnough = 75;  // hops, 0.6 s of speech
constexpr float kBusy = 4;   // the square of a hop that is more than noise
constexpr float kLikeness = 0.35f;
constexpr float kAhead = 0.2f;  // of every other lag …
constexpr float kAtFirst = 10;  // … and by this, over the hops compared, more: few are often alike by chance

float sum(Lanes v) {
  return v[0] + v[1] + v[2] + v[3];
}

// Within 0.09.
float rough_log2(float x) {
  return static_cast<float>(std::bit_cast<std::int32_t>(x)) * 0x1p-23f - 127.0f;
}

}  // namespace

EchoDelay::EchoDelay() {
  reset();
}

void EchoDelay::reset() {
  reference_ = line_ = Side();
  reference_.floor.fill(1e-4f);
  line_.floor.fill(kLeastFloor);
  features_ = line_features_ = {};
  squares_ = line_squares_ = {};
  cross_ = reference_square_ = {};
  line_square_ = {};
  recent_ = {};
  reference_busy_ = line_busy_ = fresh_ = 0;
}

void EchoDelay::renew() {
  features_ = line_features_ = {};
  squares_ = line_squares_ = {};
  fresh_ = 0;
}

// What rose and fell since kStep hops ago, above the noise.
float EchoDelay::Side::feature(const Fft128::Spectrum& s, Bands& out) {
  float total = 0;
  std::array<float, 16> level{};
  for (std::size_t b = 0; b < 14; ++b) {
    const float power = sum(s.re[b + 1] * s.re[b + 1] + s.im[b + 1] * s.im[b + 1]);
    // The noise: down at once, up by 3 dB a second.
    floor[b] = std::max(kLeastFloor, std::min(power, floor[b] * 1.0055f));
    level[b] = rough_log2(1 + power / (4 * floor[b]));
  }
  const auto now = std::bit_cast<std::array<Lanes, kBandVectors>>(level);
  Lanes all{};
  for (std::size_t v = 0; v < kBandVectors; ++v) {
    smooth.v[v] = 0.5f * (smooth.v[v] + now[v]);
    out.v[v] = smooth.v[v] - before[static_cast<std::size_t>(at)].v[v];
    all += out.v[v];
  }
  before[static_cast<std::size_t>(at)] = smooth;
  at = (at + 1) % kStep;
  const float common = kCommon * sum(all) / 14;
  const Lanes last{common, common, 0, 0};
  for (std::size_t v = 0; v < kBandVectors; ++v) {
    out.v[v] -= v + 1 < kBandVectors ? Lanes{common, common, common, common} : last;
    total += sum(out.v[v] * out.v[v]);
  }
  return total;
}

void EchoDelay::update(const Fft128::Spectrum& reference, const Fft128::Spectrum& line) {
  const auto now = static_cast<std::size_t>(at_);
  squares_[now] = reference_.feature(reference, features_[now]);
  line_squares_[now] = line_.feature(line, line_features_[now]);
  if (fresh_ < 2 * kStep) {  // nothing to compare with yet
    ++fresh_;
    features_[now] = line_features_[now] = {};
    squares_[now] = line_squares_[now] = 0;
  }
  // The line as it was kEarliest hops ago, so that a reference of "later" is there too.
  const auto then = static_cast<std::size_t>((at_ + kEarliest + kRing) % kRing);
  const Bands& heard = line_features_[then];
  reference_busy_ += squares_[now] > kBusy;
  line_busy_ += line_squares_[then] > kBusy;
  const int parity = at_ % 2;
  float& line_square = line_square_[static_cast<std::size_t>(parity)];
  line_square += line_squares_[then] - kForget * line_square;
  for (int i = parity; i < kLags; i += 2) {
    const auto k = static_cast<std::size_t>((at_ - i + kRing) % kRing);
    Lanes product{};
    for (std::size_t v = 0; v < kBandVectors; ++v) product += heard.v[v] * features_[k].v[v];
    const auto lag = static_cast<std::size_t>(i);
    cross_[lag] += sum(product) - kForget * cross_[lag];
    reference_square_[lag] += squares_[k] - kForget * reference_square_[lag];
  }
  // The three lags around the one that is watched.
  recent_.line += line_squares_[then] - kForgetNow * recent_.line;
  for (int i = 0; i < 3; ++i) {
    const auto k = static_cast<std::size_t>((at_ - (watched_ - kEarliest + i - 1) + 2 * kRing) % kRing);
    Lanes product{};
    for (std::size_t v = 0; v < kBandVectors; ++v) product += heard.v[v] * features_[k].v[v];
    auto& [cross, square] = recent_.lags[static_cast<std::size_t>(i)];
    cross += sum(product) - kForgetNow * cross;
    square += squares_[k] - kForgetNow * square;
  }
  at_ = (at_ + 1) % kRing;
}

float EchoDelay::recent() const {
  float most = 0;
  for (const auto& [cross, square] : recent_.lags)
    if (const float squares = square * recent_.line; squares > 1) most = std::max(most, cross / std::sqrt(squares));
  return most;
}

bool EchoDelay::Estimate::enough() const {
  return busy > kEnough;
}
bool EchoDelay::Estimate::found() const {
  return enough() && likeness > kLikeness && likeness > second + kAhead + kAtFirst / static_cast<float>(busy);
}

float EchoDelay::likeness(int lag) const {
  const auto i = static_cast<std::size_t>(std::clamp(lag - kEarliest, 0, kLags - 1));
  const float squares = reference_square_[i] * line_square_[i % 2];
  return squares > 1 ? cross_[i] / std::sqrt(squares) : 0;
}

EchoDelay::Estimate EchoDelay::estimate() const {
  Estimate best;
  best.likeness = -1;
  for (int lag = kEarliest; lag < kLatest; ++lag) {
    const float like = likeness(lag);
    if (like > best.likeness) {
      best.likeness = like;
      best.lag = lag;
    }
  }
  best.second = -1;
  for (int lag = kEarliest; lag < kLatest; ++lag)
    if (std::abs(lag - best.lag) > 4) best.second = std::max(best.second, likeness(lag));
  best.busy = std::min(reference_busy_, line_busy_);
  return best;
}

}  // namespace offhook::audio

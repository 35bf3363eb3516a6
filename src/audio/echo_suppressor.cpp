#include "audio/echo_suppressor.hpp"

#include <algorithm>

namespace offhook::audio {
namespace {
using Lanes = Fft128::Lanes;

constexpr float kAudible = 1e-4f;  // power of a bin in which the reference says something: about -58 dBFS
constexpr int kMeasure = 25;       // hops with a reference in which the path's gain is an average, not yet a quantile
constexpr float kSlow = 0.02f;     // by which a quantile moves, a hop: at most 11 dB/s
constexpr float kQuick = 0.3f;     // … at first
constexpr int kHurry = 60;         // hops
constexpr float kAlike = 0.65f, kMoreAlike = 0.85f;
constexpr float kMore = 3;       // times as loud as an echo would be: then somebody speaks over it
constexpr float kStuck = 0.05f;  // so much is learnt even then: 0.6 dB/s
constexpr float kStep = 0.4f;
constexpr float kFaintest = 2.5e-5f;  // path and leak: -46 dB, from where they find back when an echo returns
constexpr float kOver = 2.0f;         // the power is not exact
constexpr float kLeast = 0.01f;       // the gain of what is only echo: -40 dB
constexpr float kDie = 0.5f;          // of the tail, a hop

Lanes all(float x) {
  return Lanes{x, x, x, x};
}
float sum(Lanes v) {
  return v[0] + v[1] + v[2] + v[3];
}
Lanes larger(Lanes a, Lanes b) {
  return a > b ? a : b;
}
Lanes smaller(Lanes a, Lanes b) {
  return a < b ? a : b;
}

}  // namespace

void EchoSuppressor::reset() {
  *this = EchoSuppressor();
}

void EchoSuppressor::renew() {
  if (measured_ < kMeasure) return;
  leak_ = path_of_;
  hurry_ = kHurry;
}

void EchoSuppressor::step(const Fft128::Spectrum& line, const Fft128::Spectrum& reference, float alike,
                          Fft128::Spectrum& out) {
  newest_ = (newest_ + kTaps - 1) % kTaps;
  reference_[newest_] = reference;
  const auto tap = [&](std::size_t p) { return (newest_ + p) % kTaps; };

  Powers line_power, error_power, total;
  Lanes line_sum{}, error_sum{}, sent_sum{}, path_sum{}, leak_sum{};
  for (std::size_t v = 0; v < kVectors; ++v) {
    powers_[newest_][v] = reference.re[v] * reference.re[v] + reference.im[v] * reference.im[v];
    Lanes re = line.re[v], im = line.im[v], most = kDie * tail_[v], norm{};
    line_power[v] = re * re + im * im;
    for (std::size_t p = 0; p < kTaps; ++p) {
      const Fft128::Spectrum &w = filter_[p], &x = reference_[tap(p)];
      re -= w.re[v] * x.re[v] - w.im[v] * x.im[v];
      im -= w.re[v] * x.im[v] + w.im[v] * x.re[v];
      most = larger(most, powers_[tap(p)][v]);
      norm += powers_[tap(p)][v];
    }
    tail_[v] = most;
    total[v] = norm;
    out.re[v] = re;
    out.im[v] = im;
    error_power[v] = re * re + im * im;
    line_sum += line_power[v];
    error_sum += error_power[v];
    sent_sum += most;
    path_sum += path_of_[v] * most;
    leak_sum += leak_[v] * most;
  }
  line_power_ += 0.2f * (sum(line_sum) - line_power_);
  error_power_ += 0.2f * (sum(error_sum) - error_power_);
  path_power_ += 0.2f * (sum(path_sum) - path_power_);
  leak_power_ += 0.2f * (sum(leak_sum) - leak_power_);
  const bool speaks = sum(sent_sum) > kAudible * 4 * kVectors;

  // How much of what was sent comes back: at first on average, then what four hops of five stay below.
  if (measured_ < kMeasure && speaks) {
    ++measured_;
    Lanes heard{}, sent{};
    for (std::size_t v = 0; v < kVectors; ++v) {
      heard_[v] += line_power[v];
      sent_[v] += tail_[v];
      heard += heard_[v];
      sent += sent_[v];
    }
    const float mean = sum(heard) / sum(sent), prior = 0.02f * sum(sent) / (4 * kVectors);
    for (std::size_t v = 0; v < kVectors; ++v)
      path_of_[v] = leak_[v] = 2 * (heard_[v] + all(mean * prior)) / (sent_[v] + all(prior));
    hurry_ = kHurry;
  } else if (speaks) {
    const float down = (hurry_ > 0 ? kQuick : kSlow) / 4;
    if (hurry_ > 0) --hurry_;
    // Louder than an echo would be: the caller, unless it rises and falls as what was sent does.
    const float like = std::clamp((alike - kAlike) / (kMoreAlike - kAlike), kStuck, 1.0f);
    const float path_sure = line_power_ < kMore * path_power_ ? 1 : like;
    const float leak_sure = error_power_ < kMore * leak_power_ ? 1 : like;
    const Lanes path_up = all(1 + kSlow * path_sure), path_down = all(1 - kSlow / 4 * path_sure);
    const Lanes leak_up = all(1 + kSlow * leak_sure), leak_down = all(1 - down * leak_sure);
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto said = tail_[v] > all(kAudible);
      const Lanes path = path_of_[v] * (line_power[v] > path_of_[v] * tail_[v] ? path_up : path_down);
      const Lanes leak = leak_[v] * (error_power[v] > leak_[v] * tail_[v] ? leak_up : leak_down);
      path_of_[v] = said ? larger(path, all(kFaintest)) : path_of_[v];
      leak_[v] = said ? smaller(larger(leak, all(kFaintest)), path_of_[v]) : leak_[v];
    }
  }

  // The filter learns from what of the error is echo.
  Powers echo;
  for (std::size_t v = 0; v < kVectors; ++v) {
    echo[v] = leak_[v] * tail_[v];
    const Lanes step = kStep * echo[v] / ((error_power[v] + echo[v] + all(1e-9f)) * (total[v] + all(kAudible)));
    const Lanes re = step * out.re[v], im = step * out.im[v];
    for (std::size_t p = 0; p < kTaps; ++p) {
      Fft128::Spectrum& w = filter_[p];
      const Fft128::Spectrum& x = reference_[tap(p)];
      w.re[v] += re * x.re[v] + im * x.im[v];
      w.im[v] += im * x.re[v] - re * x.im[v];
    }
  }
  if (error_power_ > 4 * line_power_) filter_ = {};  // gone astray
  if (error_power_ > line_power_) {                  // it does not fit: its doing is not used
    for (std::size_t v = 0; v < kVectors; ++v) {
      out.re[v] = line.re[v];
      out.im[v] = line.im[v];
      error_power[v] = line_power[v];
      echo[v] = path_of_[v] * tail_[v];
    }
  }

  // The gain: of a bin, and of its surroundings, so that no single bin stands out of an echo.
  const Lanes none{}, one = all(1);
  for (std::size_t v = 0; v < kVectors; ++v) {
    Lanes near_echo = echo[v], near_power = error_power[v];
    if (v > 0) {
      near_echo += echo[v - 1];
      near_power += error_power[v - 1];
    }
    if (v + 1 < kVectors) {
      near_echo += echo[v + 1];
      near_power += error_power[v + 1];
    }
    const float around = std::clamp(1 - kOver * sum(near_echo) / (sum(near_power) + 1e-12f), 0.0f, 1.0f);
    Lanes gain = smaller(one, larger(none, one - kOver * echo[v] / (error_power[v] + all(1e-12f))));
    gain = larger(all(kLeast), gain * all(around));
    out.re[v] *= gain;
    out.im[v] *= gain;
  }
  if (measured_ > 0 && speaks) {
    Lanes heard{}, sent{};
    for (std::size_t v = 0; v < kVectors; ++v) {
      heard += path_of_[v] * tail_[v];
      sent += tail_[v];
    }
    path_ += 0.05f * (sum(heard) / sum(sent) - path_);
  }
}

}  // namespace offhook::audio

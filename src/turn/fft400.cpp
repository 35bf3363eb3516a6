#include "turn/fft400.hpp"

#include <cassert>
#include <cmath>
#include <numbers>

namespace offhook::turn {
namespace {
using Lanes = Fft400::Lanes;

struct Pair {  // a complex number in each lane
  Lanes re, im;
};
inline Pair operator+(Pair a, Pair b) {
  return {a.re + b.re, a.im + b.im};
}
inline Pair operator-(Pair a, Pair b) {
  return {a.re - b.re, a.im - b.im};
}
inline Pair operator*(Pair a, float s) {
  return {a.re * s, a.im * s};
}
inline Pair minus_i(Pair a) {
  return {a.im, -a.re};
}
inline Pair turned(Pair a, float re, float im) {
  return {a.re * re - a.im * im, a.re * im + a.im * re};
}
}  // namespace

Fft400::Fft400() : roots_(kSize) {
  for (int k = 0; k < kSize; ++k) {
    const double angle = -2 * std::numbers::pi * k / kSize;
    roots_[k] = {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
  }
}

// Stockham's order: each pass reads `length`-point transforms that lie `stride` apart and leaves radix times as many, a
// radix-th as long, so that no reordering is needed at the end.
void Fft400::pass4(const Complex& in, Complex& out, int length, int stride) const {
  const int part = length / 4;
  for (int i = 0; i < part; ++i) {
    const Root w1 = roots_[kSize / length * i], w2 = roots_[kSize / length * i * 2],
               w3 = roots_[kSize / length * i * 3];
    for (int q = 0; q < stride; ++q) {
      const auto at = [&](int j) {
        const int k = q + stride * (i + part * j);
        return Pair{in.re[k], in.im[k]};
      };
      const auto put = [&](int r, Pair v) {
        const int k = q + stride * (4 * i + r);
        out.re[k] = v.re;
        out.im[k] = v.im;
      };
      const Pair a = at(0) + at(2), b = at(0) - at(2), c = at(1) + at(3), d = minus_i(at(1) - at(3));
      put(0, a + c);
      put(1, turned(b + d, w1.re, w1.im));
      put(2, turned(a - c, w2.re, w2.im));
      put(3, turned(b - d, w3.re, w3.im));
    }
  }
}

void Fft400::pass5(const Complex& in, Complex& out, int length, int stride) const {
  const int part = length / 5;
  constexpr float c1 = 0.30901699437494745f, c2 = -0.80901699437494745f;  // cos 72°, cos 144°
  constexpr float s1 = 0.95105651629515357f, s2 = 0.58778525229247313f;   // sin 72°, sin 144°
  for (int i = 0; i < part; ++i) {
    Root w[5];
    for (int r = 0; r < 5; ++r) w[r] = roots_[kSize / length * i * r];
    for (int q = 0; q < stride; ++q) {
      const auto at = [&](int j) {
        const int k = q + stride * (i + part * j);
        return Pair{in.re[k], in.im[k]};
      };
      const auto put = [&](int r, Pair v) {
        const int k = q + stride * (5 * i + r);
        out.re[k] = v.re;
        out.im[k] = v.im;
      };
      const Pair a = at(0), outer = at(1) + at(4), inner = at(2) + at(3), outer_d = at(1) - at(4),
                 inner_d = at(2) - at(3);
      const Pair even1 = a + outer * c1 + inner * c2, odd1 = minus_i(outer_d * s1 + inner_d * s2);
      const Pair even2 = a + outer * c2 + inner * c1, odd2 = minus_i(outer_d * s2 - inner_d * s1);
      put(0, a + outer + inner);
      put(1, turned(even1 + odd1, w[1].re, w[1].im));
      put(2, turned(even2 + odd2, w[2].re, w[2].im));
      put(3, turned(even2 - odd2, w[3].re, w[3].im));
      put(4, turned(even1 - odd1, w[4].re, w[4].im));
    }
  }
}

void Fft400::powers(std::span<const float> samples, int hop, std::span<const float, kSize> window, Powers& out) const {
  assert(samples.size() >= static_cast<std::size_t>(hop * (kFrames - 1) + kSize));
  Complex a, b;
  const float* x = samples.data();
  for (int n = 0; n < kSize; ++n) {
    const float* low = x + n;
    const float* high = low + 4 * hop;
    a.re[n] = Lanes{low[0], low[hop], low[2 * hop], low[3 * hop]} * window[n];
    a.im[n] = Lanes{high[0], high[hop], high[2 * hop], high[3 * hop]} * window[n];
  }
  pass4(a, b, 400, 1);
  pass4(b, a, 100, 4);
  pass5(a, b, 25, 16);
  pass5(b, a, 5, 80);
  // A real frame's spectrum is symmetric, so the two that shared one transform come apart again.
  for (int k = 0; k < kBins; ++k) {
    const int mirror = (kSize - k) % kSize;
    const Lanes re1 = a.re[k] + a.re[mirror], im1 = a.im[k] - a.im[mirror];
    const Lanes re2 = a.im[k] + a.im[mirror], im2 = a.re[mirror] - a.re[k];
    out.low[k] = (re1 * re1 + im1 * im1) * 0.25f;
    out.high[k] = (re2 * re2 + im2 * im2) * 0.25f;
  }
}

}  // namespace offhook::turn

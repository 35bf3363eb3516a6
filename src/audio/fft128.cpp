#include "audio/fft128.hpp"

#include <cmath>
#include <cstring>
#include <numbers>

namespace offhook::audio {
namespace {
using Lanes = Fft128::Lanes;

constexpr int kHalf = Fft128::kSize / 2;  // complex samples
constexpr int kQuarter = kHalf / 4;       // vectors of them

struct Pair {  // a complex number in each lane
  Lanes re, im;
};
inline Pair operator+(Pair a, Pair b) {
  return {a.re + b.re, a.im + b.im};
}
inline Pair operator-(Pair a, Pair b) {
  return {a.re - b.re, a.im - b.im};
}
inline Pair operator*(Pair a, Pair b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
inline Pair times_i(Pair a) {
  return {-a.im, a.re};
}

struct Complex {
  Lanes re[kQuarter], im[kQuarter];
};

struct Roots {
  Pair first[4][4];      // of the first pass: exp(-2πi rp/64), p in lanes
  Pair second[4][4];     // of the second: exp(-2πi rp/16), the same in each lane
  Pair split[kQuarter];  // exp(-2πi k/128), k in lanes

  Roots() {
    for (int r = 0; r < 4; ++r) {
      for (int i = 0; i < 4; ++i) {
        for (int lane = 0; lane < 4; ++lane) {
          const double a = -2 * std::numbers::pi * r * (4 * i + lane) / kHalf, b = -2 * std::numbers::pi * r * i / 16;
          first[r][i].re[lane] = static_cast<float>(std::cos(a));
          first[r][i].im[lane] = static_cast<float>(std::sin(a));
          second[r][i].re[lane] = static_cast<float>(std::cos(b));
          second[r][i].im[lane] = static_cast<float>(std::sin(b));
        }
      }
    }
    for (int k = 0; k < kHalf; ++k) {
      const double a = -2 * std::numbers::pi * k / Fft128::kSize;
      split[k / 4].re[k % 4] = static_cast<float>(std::cos(a));
      split[k / 4].im[k % 4] = static_cast<float>(std::sin(a));
    }
  }
};
const Roots kRoots;

inline void butterfly(const Complex& in, int i, Pair out[4]) {
  const Pair x0{in.re[i], in.im[i]}, x1{in.re[i + 4], in.im[i + 4]}, x2{in.re[i + 8], in.im[i + 8]},
      x3{in.re[i + 12], in.im[i + 12]};
  const Pair a = x0 + x2, b = x0 - x2, c = x1 + x3, d = times_i(x1 - x3);
  out[0] = a + c;
  out[1] = b - d;
  out[2] = a - c;
  out[3] = b + d;
}

inline void transpose(Lanes& a, Lanes& b, Lanes& c, Lanes& d) {
  const Lanes ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Lanes cd = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  a = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  b = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  c = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
  d = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
}

// Stockham's order: nothing needs reordering at the end. In the first pass neighbours lie in one vector, hence the
// transposition.
void transform(Complex& x) {
  Complex y;
  for (int i = 0; i < 4; ++i) {
    Pair o[4];
    butterfly(x, i, o);
    for (int r = 1; r < 4; ++r) o[r] = o[r] * kRoots.first[r][i];
    transpose(o[0].re, o[1].re, o[2].re, o[3].re);
    transpose(o[0].im, o[1].im, o[2].im, o[3].im);
    for (int l = 0; l < 4; ++l) {
      y.re[4 * i + l] = o[l].re;
      y.im[4 * i + l] = o[l].im;
    }
  }
  for (int i = 0; i < 4; ++i) {
    Pair o[4];
    butterfly(y, i, o);
    for (int r = 1; r < 4; ++r) o[r] = o[r] * kRoots.second[r][i];
    for (int r = 0; r < 4; ++r) {
      x.re[4 * i + r] = o[r].re;
      x.im[4 * i + r] = o[r].im;
    }
  }
  for (int i = 0; i < 4; ++i) {
    Pair o[4];
    butterfly(x, i, o);
    for (int r = 0; r < 4; ++r) {
      y.re[i + 4 * r] = o[r].re;
      y.im[i + 4 * r] = o[r].im;
    }
  }
  x = y;
}

inline float* floats(Lanes* lanes) {
  return reinterpret_cast<float*>(lanes);
}
inline const float* floats(const Lanes* lanes) {
  return reinterpret_cast<const float*>(lanes);
}

// The four at kHalf - k, kHalf - k - 1, …
inline Lanes mirrored(const float* x, int k) {
  Lanes four;
  std::memcpy(&four, x + kHalf - k - 3, sizeof four);
  return __builtin_shufflevector(four, four, 3, 2, 1, 0);
}

}  // namespace

// Even samples are the real parts and odd ones the imaginary; their two spectra come apart by symmetry.
void Fft128::forward(std::span<const float, kSize> samples, Spectrum& out) {
  Complex z;
  float* re = floats(z.re);
  float* im = floats(z.im);
  for (std::size_t n = 0; n < kHalf; ++n) {
    re[n] = samples[2 * n];
    im[n] = samples[2 * n + 1];
  }
  transform(z);
  // With one beyond the end, which is the first again.
  float again_re[kHalf + 1], again_im[kHalf + 1];
  std::memcpy(again_re, re, kHalf * sizeof(float));
  std::memcpy(again_im, im, kHalf * sizeof(float));
  again_re[kHalf] = re[0];
  again_im[kHalf] = im[0];
  for (int i = 0; i < kQuarter; ++i) {
    const Lanes mirror_re = mirrored(again_re, 4 * i), mirror_im = mirrored(again_im, 4 * i);
    const Pair even{z.re[i] + mirror_re, z.im[i] - mirror_im}, odd{z.im[i] + mirror_im, mirror_re - z.re[i]};
    const Pair sum = even + odd * kRoots.split[i];
    out.re[static_cast<std::size_t>(i)] = 0.5f * sum.re;
    out.im[static_cast<std::size_t>(i)] = 0.5f * sum.im;
  }
  out.re[kVectors - 1] = Lanes{re[0] - im[0], 0, 0, 0};
  out.im[kVectors - 1] = Lanes{};
}

void Fft128::inverse(const Spectrum& in, std::span<float, kSize> samples) {
  Complex z;  // real and imaginary parts exchanged: the same transform then goes backwards
  const float* xr = floats(in.re.data());
  const float* xi = floats(in.im.data());
  for (int i = 0; i < kQuarter; ++i) {
    const auto v = static_cast<std::size_t>(i);
    const Lanes mirror_re = mirrored(xr, 4 * i), mirror_im = mirrored(xi, 4 * i);
    const Pair even{in.re[v] + mirror_re, in.im[v] - mirror_im}, difference{in.re[v] - mirror_re, in.im[v] + mirror_im};
    const Pair odd = difference * Pair{kRoots.split[i].re, -kRoots.split[i].im};
    z.im[i] = even.re - odd.im;
    z.re[i] = even.im + odd.re;
  }
  transform(z);
  const float* re = floats(z.re);
  const float* im = floats(z.im);
  constexpr float kScale = 1.0f / kSize;
  for (std::size_t n = 0; n < kHalf; ++n) {
    samples[2 * n] = kScale * im[n];
    samples[2 * n + 1] = kScale * re[n];
  }
}

}  // namespace offhook::audio

#include "audio/half_band.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace offhook::audio {
namespace {

using Lanes = float __attribute__((vector_size(16)));

constexpr std::size_t kBlock = 160;  // samples of the input taken at once: a frame
constexpr std::size_t kAtOnce = 16;  // of them in registers
constexpr double kKaiserBeta = 6.3;  // the least that 40 taps let through beyond 4.4 kHz: a little more, a wider slope

// Half of them: the other half is its mirror image. A sinc in Kaiser's window; their sum, all of them, is 1.
struct Taps {
  float at[HalfBand::kLookahead];

  Taps() {
    double exact[HalfBand::kLookahead], sum = 0;
    for (int j = 0; j < HalfBand::kLookahead; ++j) {
      const double off = HalfBand::kLookahead - 0.5 - j, part = off / HalfBand::kLookahead;
      const double window = std::cyl_bessel_i(0, kKaiserBeta * std::sqrt(1 - part * part));
      exact[j] = window * std::sin(std::numbers::pi * off) / off;
      sum += 2 * exact[j];
    }
    for (int j = 0; j < HalfBand::kLookahead; ++j) at[j] = static_cast<float>(exact[j] / sum);
  }
};
const Taps kTapsOf;

inline Lanes load(const float* x) {
  Lanes four;
  std::memcpy(&four, x, sizeof four);
  return four;
}

inline Lanes all(float x) {
  return Lanes{x, x, x, x};
}

inline void interleave(Lanes even, Lanes odd, float* to) {
  const Lanes low = __builtin_shufflevector(even, odd, 0, 4, 1, 5),
              high = __builtin_shufflevector(even, odd, 2, 6, 3, 7);
  std::memcpy(to, &low, sizeof low);
  std::memcpy(to + 4, &high, sizeof high);
}

}  // namespace

void HalfBand::process(std::span<const float> in, std::vector<float>& out) {
  for (; !in.empty(); in = in.subspan(std::min(kBlock, in.size()))) block(in.first(std::min(kBlock, in.size())), out);
}

//   x      ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░│──── in ────│0 0
//          i       i+19│i+20       i+39
//                      └ the sample between these two is made of i … i+39
void HalfBand::block(std::span<const float> in, std::vector<float>& out) {
  std::array<float, kTaps - 1 + kBlock + kAtOnce> x;
  std::ranges::copy(past_, x.begin());
  const auto end = std::ranges::copy(in, x.begin() + past_.size()).out;
  std::fill_n(end, kAtOnce, 0.0f);  // the last of sixteen may be none

  const std::size_t before = out.size();
  const std::size_t rounds = (in.size() + kAtOnce - 1) / kAtOnce;
  out.resize(before + 2 * kAtOnce * rounds);
  float* to = out.data() + before;
  for (std::size_t round = 0; round < rounds; ++round) {
    const float* from = x.data() + kAtOnce * round;
    Lanes a{}, b{}, c{}, d{};  // written out: an array of them would live in memory
    for (int j = 0; j < kLookahead; ++j) {
      const Lanes tap = all(kTapsOf.at[j]);
      const float *early = from + j, *late = from + kTaps - 1 - j;
      a += tap * (load(early) + load(late));
      b += tap * (load(early + 4) + load(late + 4));
      c += tap * (load(early + 8) + load(late + 8));
      d += tap * (load(early + 12) + load(late + 12));
    }
    from += kLookahead - 1;
    interleave(load(from), a, to);
    interleave(load(from + 4), b, to + 8);
    interleave(load(from + 8), c, to + 16);
    interleave(load(from + 12), d, to + 24);
    to += 2 * kAtOnce;
  }
  out.resize(before + 2 * in.size());
  std::copy(end - past_.size(), end, past_.begin());

  const std::size_t early = std::min(skip_, 2 * in.size());
  skip_ -= early;
  out.erase(out.begin() + static_cast<std::ptrdiff_t>(before),
            out.begin() + static_cast<std::ptrdiff_t>(before + early));
}

}  // namespace offhook::audio

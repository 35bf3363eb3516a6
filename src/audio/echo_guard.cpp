#include "audio/echo_guard.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace offhook::audio {
namespace {

// The root of a Hann window: once before, once after, and two that overlap add up to one.
const auto kWindow = [] {
  std::array<float, Fft128::kSize> w;
  for (std::size_t n = 0; n < w.size(); ++n)
    w[n] = static_cast<float>(std::sin(std::numbers::pi * (static_cast<double>(n) + 0.5) / Fft128::kSize));
  return w;
}();

using Frame = std::array<float, Fft128::kSize>;

void transform(const Frame& samples, Fft128::Spectrum& out) {
  Frame windowed;
  for (std::size_t n = 0; n < windowed.size(); ++n) windowed[n] = samples[n] * kWindow[n];
  Fft128::forward(windowed, out);
}

float energy(std::span<const float> samples) {
  float sum = 0;
  for (const float x : samples) sum += x * x;
  return sum;
}

}  // namespace

bool EchoGuard::agent_heard(std::int64_t at) const {
  const std::int64_t latest = found_ ? (lag_ + EchoSuppressor::kTaps) * kHop : EchoDelay::kLatest * kHop;
  return at < reference_.audible_until() + latest + kTail;
}

void EchoGuard::process(std::span<const float> in, std::int64_t at, std::vector<float>& out) {
  if (in.empty()) return;
  if (!listening_ && agent_heard(at)) begin(at);
  if (!listening_) {
    out.insert(out.end(), in.begin(), in.end());
    const std::size_t n = std::min(in.size(), before_.size());
    std::copy(before_.begin() + static_cast<std::ptrdiff_t>(n), before_.end(), before_.begin());
    std::copy(in.end() - static_cast<std::ptrdiff_t>(n), in.end(), before_.end() - static_cast<std::ptrdiff_t>(n));
    return;
  }
  out_ = &out;
  while (!in.empty()) {
    const std::size_t n = std::min(in.size(), next_.size() - pending_);
    std::copy_n(in.begin(), n, next_.begin() + static_cast<std::ptrdiff_t>(pending_));
    if (!found_) emit(end_ + static_cast<std::int64_t>(pending_), in.first(n));
    pending_ += n;
    in = in.subspan(n);
    if (pending_ == next_.size()) hop();
  }
  if (!agent_heard(end_)) let_go();
  out_ = nullptr;
}

void EchoGuard::begin(std::int64_t at) {
  listening_ = true;
  end_ = emitted_ = at;
  pending_ = 0;
  std::copy(before_.begin(), before_.end(), frame_.end() - kHop);
  overlap_.fill(0);
  delay_.renew();
  if (found_) suppressor_.renew();
}

// What is held back passes as it is: the echo has died away.
void EchoGuard::let_go() {
  Frame held;
  std::copy(frame_.end() - kHop, frame_.end(), held.begin());
  std::copy_n(next_.begin(), pending_, held.begin() + kHop);
  emit(end_ - kHop, std::span<const float>(held).first(kHop + pending_));
  std::copy_n(held.begin() + static_cast<std::ptrdiff_t>(pending_), kHop, before_.begin());
  listening_ = false;
}

void EchoGuard::stop(std::vector<float>& out) {
  if (!listening_) return;
  out_ = &out;
  let_go();
  out_ = nullptr;
}

void EchoGuard::interrupt() {
  listening_ = false;
  pending_ = 0;
  before_.fill(0);
}

bool EchoGuard::shift(std::int64_t samples) {
  if (listening_) return false;
  delay_.reset();
  const std::int64_t lag = lag_ + (samples + (samples < 0 ? -kHop : kHop) / 2) / kHop;
  const bool within = lag >= EchoDelay::kEarliest && lag < EchoDelay::kLatest;
  found_ = found_ && within;
  lag_ = within ? static_cast<int>(lag) : 0;
  delay_.watch(lag_);
  return true;
}

// From the first sample that has not been appended yet.
void EchoGuard::emit(std::int64_t from, std::span<const float> samples) {
  const std::int64_t old = std::clamp<std::int64_t>(emitted_ - from, 0, static_cast<std::int64_t>(samples.size()));
  samples = samples.subspan(static_cast<std::size_t>(old));
  out_->insert(out_->end(), samples.begin(), samples.end());
  emitted_ += static_cast<std::int64_t>(samples.size());
}

void EchoGuard::hop() {
  std::copy(frame_.begin() + kHop, frame_.end(), frame_.begin());
  std::copy(next_.begin(), next_.end(), frame_.begin() + kHop);
  end_ += kHop;
  pending_ = 0;
  if (!found_ && searched_ >= kLookAlways) {
    const int turn = (searched_++ - kLookAlways) % kOutOf;
    if (turn < kOutOf - kLookFor) {
      if (turn == 0) delay_.reset();
      return;
    }
  } else if (!found_) {
    ++searched_;
  }

  Frame sent;
  Fft128::Spectrum line, reference;
  transform(frame_, line);
  reference_.read(end_ - Fft128::kSize, sent);
  transform(sent, reference);
  delay_.update(reference, line);
  if (++hops_ % kJudgeEvery == 0) judge();
  if (!found_) return;

  reference_.read(end_ - Fft128::kSize - (lag_ - EchoSuppressor::kEarly) * kHop, sent);
  transform(sent, reference);
  Fft128::Spectrum clean;
  suppressor_.step(line, reference, delay_.recent(), clean);
  Frame samples;
  Fft128::inverse(clean, samples);
  for (std::size_t n = 0; n < samples.size(); ++n) samples[n] *= kWindow[n];
  for (std::size_t n = 0; n < overlap_.size(); ++n) overlap_[n] += samples[n];
  const std::int64_t at = end_ - Fft128::kSize;
  if (at >= emitted_)
    measured_[static_cast<std::size_t>(hops_) % kHops] = {at, energy(std::span(frame_).first(kHop)), energy(overlap_)};
  emit(at, overlap_);
  std::copy(samples.begin() + kHop, samples.end(), overlap_.begin());
}

void EchoGuard::judge() {
  const auto estimate = delay_.estimate();
  if (!found_) {
    const bool again = estimate.found() && std::abs(estimate.lag - lag_) <= 1;
    lag_ = estimate.lag;
    doubts_ = again ? doubts_ + 1 : 0;
    if (doubts_ < kSure) return;
    found_ = true;
    delay_.watch(lag_);
    doubts_ = searched_ = 0;
    suppressor_.reset();
    overlap_.fill(0);
    return;
  }
  // Elsewhere, and clearly: the path has changed.
  const bool moved =
      estimate.found() && std::abs(estimate.lag - lag_) > 1 && estimate.likeness > delay_.likeness(lag_) + 0.1f;
  const bool gone = estimate.enough() && estimate.likeness < 0.15f;
  doubts_ = moved || gone ? doubts_ + 1 : 0;
  if (moved && doubts_ >= 4) {
    lag_ = estimate.lag;
    delay_.watch(lag_);
    suppressor_.reset();
    doubts_ = 0;
  } else if (gone && doubts_ >= 40) {
    found_ = false;
    doubts_ = 0;
    // what is held back passes as it is
    emit(end_ - Fft128::kSize, frame_);
  }
}

int EchoGuard::likelihood(std::int64_t from, std::int64_t to) const {
  float in = 0, out = 0;
  for (const Hop& hop : measured_) {
    if (hop.at + kHop / 2 < from || hop.at + kHop / 2 >= to) continue;
    in += hop.in;
    out += hop.out;
  }
  if (in <= 0) return 0;
  return std::clamp(static_cast<int>(std::lround(255 * (1 - out / in))), 0, 255);
}

}  // namespace offhook::audio

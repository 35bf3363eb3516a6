#include "audio/echo_reference.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "audio/g711.hpp"

namespace offhook::audio {
namespace {

constexpr int kAudible = 200;  // of 32768: above the noise of µ-law and of a voice's model

const auto kLinear = [] {
  std::array<float, 256> table;
  for (std::size_t code = 0; code < table.size(); ++code)
    table[code] = static_cast<float>(mulaw_decode(static_cast<std::uint8_t>(code))) / 32768;
  return table;
}();

std::size_t slot(std::int64_t position) {
  static_assert((EchoReference::kLength & (EchoReference::kLength - 1)) == 0);
  return static_cast<std::size_t>(position & (EchoReference::kLength - 1));
}

}  // namespace

EchoReference::EchoReference() : ring_(static_cast<std::size_t>(kLength), kMulawSilence) {}

void EchoReference::send(std::int64_t due, std::span<const std::uint8_t> mulaw) {
  if (due < end_) {
    const auto old = std::min<std::int64_t>(end_ - due, static_cast<std::int64_t>(mulaw.size()));
    mulaw = mulaw.subspan(static_cast<std::size_t>(old));
    due += old;
  }
  if (mulaw.empty()) return;
  for (std::int64_t gap = std::max(end_, due - kLength); gap < due; ++gap) ring_[slot(gap)] = kMulawSilence;
  bool audible = false;
  for (std::size_t i = 0; i < mulaw.size(); ++i) {
    ring_[slot(due + static_cast<std::int64_t>(i))] = mulaw[i];
    audible |= std::abs(mulaw_decode(mulaw[i])) >= kAudible;
  }
  end_ = due + static_cast<std::int64_t>(mulaw.size());
  if (audible) audible_until_ = end_;
}

void EchoReference::clear(std::int64_t from) {
  for (std::int64_t i = std::max(from, end_ - kLength); i < end_; ++i) ring_[slot(i)] = kMulawSilence;
  end_ = std::min(end_, std::max(from, end_ - kLength));
  audible_until_ = std::min(audible_until_, from);
}

void EchoReference::read(std::int64_t from, std::span<float> out) const {
  const std::int64_t to = from + static_cast<std::int64_t>(out.size());
  const std::int64_t begin = std::clamp(std::max<std::int64_t>(0, end_ - kLength), from, to);
  const std::int64_t end = std::clamp(end_, begin, to);
  float* next = std::fill_n(out.data(), begin - from, 0.0f);
  for (std::int64_t at = begin; at < end; ++at) *next++ = kLinear[ring_[slot(at)]];
  std::fill_n(next, to - end, 0.0f);
}

}  // namespace offhook::audio

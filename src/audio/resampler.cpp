#include "audio/resampler.hpp"

#include <speex/speex_resampler.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace offhook::audio {
namespace {

// Of speexdsp's 0 to 10. At 8 kHz, 4 is flat within 0.1 dB to 3.4 kHz, keeps images and aliases 85 dB down and looks 4
// ms ahead; 2 looks 2 ms ahead, loses 1 dB at 3.4 kHz and keeps them 64 dB down.
constexpr int kQuality = 4;

std::int64_t length_at(std::int64_t n, int from, int to) {
  return (2 * n * to + from) / (2 * std::int64_t{from});
}

}  // namespace

void Resampler::Free::operator()(SpeexResamplerState_* s) const {
  speex_resampler_destroy(s);
}

Resampler::Resampler(int from, int to) : from_(from), to_(to) {
  for (int rate : {from, to})
    if (rate < 1000 || rate > 384000)
      throw std::invalid_argument("resampler from " + std::to_string(from) + " to " + std::to_string(to) +
                                  " Hz: expected rates from 1000 to 384000 Hz");
  if (from == to) return;
  if (to == 2 * from) {
    twice_.emplace();
    lookahead_ = HalfBand::kLookahead;
    return;
  }
  int error = RESAMPLER_ERR_SUCCESS;
  state_.reset(
      speex_resampler_init(1, static_cast<spx_uint32_t>(from), static_cast<spx_uint32_t>(to), kQuality, &error));
  if (!state_)
    throw std::invalid_argument("resampler from " + std::to_string(from) + " to " + std::to_string(to) +
                                " Hz: " + speex_resampler_strerror(error));
  lookahead_ = speex_resampler_get_input_latency(state_.get());
  reset();
}

Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

Duration Resampler::latency() const {
  return Duration(std::int64_t{lookahead_} * 1'000'000 / from_);
}

void Resampler::reset() {
  taken_ = given_ = 0;
  if (twice_) twice_->reset();
  if (!state_) return;
  speex_resampler_reset_mem(state_.get());
  speex_resampler_skip_zeros(state_.get());
}

void Resampler::feed(std::span<const float> in, std::vector<float>& out) {
  while (!in.empty()) {
    const std::size_t before = out.size();
    if (twice_) {
      twice_->process(in, out);
      given_ += static_cast<std::int64_t>(out.size() - before);
      return;
    }
    out.resize(before + static_cast<std::size_t>(length_at(static_cast<std::int64_t>(in.size()), from_, to_)) + 2);
    auto used = static_cast<spx_uint32_t>(std::min<std::size_t>(in.size(), 1u << 24));
    auto made = static_cast<spx_uint32_t>(out.size() - before);
    speex_resampler_process_float(state_.get(), 0, in.data(), &used, out.data() + before, &made);
    out.resize(before + made);
    given_ += made;
    in = in.subspan(used);
    if (used == 0 && made == 0) return;  // cannot be; but no loop without an end
  }
}

void Resampler::process(std::span<const float> in, std::vector<float>& out) {
  taken_ += static_cast<std::int64_t>(in.size());
  if (from_ == to_)
    out.insert(out.end(), in.begin(), in.end());
  else
    feed(in, out);
}

void Resampler::finish(std::vector<float>& out) {
  if (from_ != to_) {
    const std::int64_t whole = length_at(taken_, from_, to_);
    const std::vector<float> silence(static_cast<std::size_t>(lookahead_ + 1 + from_ / to_), 0.0f);
    while (given_ < whole) feed(silence, out);
    out.resize(out.size() - static_cast<std::size_t>(given_ - whole));
  }
  reset();
}

std::vector<float> resample(std::span<const float> in, int from, int to) {
  if (in.empty()) return {};
  if (from == to) return {in.begin(), in.end()};
  Resampler resampler(from, to);
  // A margin of whole periods of the ratio begins and ends on an output sample.
  const int common = std::gcd(from, to), in_period = from / common, out_period = to / common;
  const int periods = (resampler.lookahead() + from / to + 2) / in_period + 1;
  const auto margin = static_cast<std::size_t>(periods) * static_cast<std::size_t>(in_period);
  const auto reflected = std::min(margin, in.size() - 1);

  std::vector<float> padded(margin + in.size() + margin);
  std::copy(in.begin(), in.end(), padded.begin() + static_cast<std::ptrdiff_t>(margin));
  const std::size_t first = margin, last = margin + in.size() - 1;
  for (std::size_t i = 1; i <= margin; ++i) {
    padded[first - i] = i <= reflected ? 2 * in.front() - padded[first + i] : padded[first - reflected];
    padded[last + i] = i <= reflected ? 2 * in.back() - padded[last - i] : padded[last + reflected];
  }

  std::vector<float> out;
  const auto length = static_cast<std::size_t>(length_at(static_cast<std::int64_t>(in.size()), from, to));
  const auto skip = static_cast<std::size_t>(periods) * static_cast<std::size_t>(out_period);
  out.reserve(2 * skip + length + 4);
  resampler.process(padded, out);
  out.resize(skip + length);  // the margin behind is longer than the look-ahead, so these have come
  out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(skip));
  return out;
}

std::vector<std::int16_t> resample(std::span<const std::int16_t> in, int from, int to) {
  if (from == to) return {in.begin(), in.end()};
  const std::vector<float> floats(in.begin(), in.end());
  const std::vector<float> made = resample(floats, from, to);
  std::vector<std::int16_t> out(made.size());
  std::transform(made.begin(), made.end(), out.begin(),
                 [](float x) { return static_cast<std::int16_t>(std::lrint(std::clamp(x, -32768.0f, 32767.0f))); });
  return out;
}

}  // namespace offhook::audio

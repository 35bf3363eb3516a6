#include "noise/noise.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/log.hpp"

namespace offhook::noise {

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::off: return "off";
    case Kind::rnnoise: return "rnnoise";
    case Kind::deepfilter: return "deepfilter";
  }
  return "?";
}

Duration stream_latency(int delay) {
  return audio::Resampler(kRate, kModelRate).latency() + audio::Resampler(kModelRate, kRate).latency() +
         Duration((std::int64_t{delay} + kFrame) * 1'000'000 / kModelRate);
}

Stream::Stream(std::unique_ptr<Filter> filter, int delay, float kept)
    : filter_(std::move(filter)), delay_(static_cast<std::size_t>(delay)), kept_(kept) {
  waiting_.reserve(4 * kFrame);
  done_.reserve(4 * kFrame);
  reset();
}

void Stream::reset() {
  up_.reset();
  down_.reset();
  waiting_.clear();
  past_.assign(delay_ + kFrame, 0.0f);
  skip_ = delay_;
  warm_ = 0;  // what it remembers is of another time
}

void Stream::process(std::span<const float> in, std::vector<float>& out) {
  up_.process(in, waiting_);
  std::span<const float> rest = waiting_;
  done_.clear();
  while (rest.size() >= kFrame) {
    frame(rest.first<kFrame>());
    rest = rest.subspan(kFrame);
  }
  waiting_.erase(waiting_.begin(), waiting_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  const std::size_t early = std::min(skip_, done_.size());
  skip_ -= early;
  down_.process(std::span<const float>(done_).subspan(early), out);
}

//            ┌──── delay_ ────┐┌ in ┐
//   past_    ░░░░░░░░░░░░░░░░░░░░░░░░     the oldest kFrame of it belong to what the model now gives
//            └dry─┘
void Stream::frame(std::span<const float, kFrame> in) {
  std::copy(past_.begin() + kFrame, past_.end(), past_.begin());
  std::copy(in.begin(), in.end(), past_.end() - kFrame);
  std::array<float, kFrame> wet;
  const std::span<const float> dry(past_.data(), kFrame);

  auto did = filter_ ? filter_->frame(in, wet) : Filter::Did::waited;
  if (did == Filter::Did::cleaned && !std::ranges::all_of(wet, [](float x) { return std::isfinite(x); }))
    did = Filter::Did::failed;
  if (did == Filter::Did::failed) {
    log::warn("noise_suppression_failed", {{"heard", "as it came, to the end of the call"}});
    filter_.reset();
  }
  const bool clean = did == Filter::Did::cleaned && warm_ >= delay_;
  if (did == Filter::Did::cleaned) warm_ = std::min(warm_ + kFrame, delay_);
  for (std::size_t i = 0; i < kFrame; ++i) done_.push_back(clean ? wet[i] + kept_ * (dry[i] - wet[i]) : dry[i]);
}

}  // namespace offhook::noise

#include "audio/history.hpp"

#include <algorithm>

#include "audio/g711.hpp"
#include "audio/resampler.hpp"

namespace offhook::audio {
namespace {

constexpr std::int64_t kFurthest = std::int64_t{1} << 60;  // of any position, so that sums of two cannot overflow

}  // namespace

History::History(Duration length)
    : ring_(static_cast<std::size_t>(std::max<std::int64_t>(1, length.count() * kRate / 1'000'000)), kMulawSilence) {}

void History::append(std::span<const std::uint8_t> mulaw) {
  append(end_, mulaw);
}

void History::append(std::int64_t position, std::span<const std::uint8_t> mulaw) {
  if (mulaw.empty() || position < -kFurthest || position > kFurthest) return;
  const auto capacity = static_cast<std::int64_t>(ring_.size());
  if (!started_) {
    started_ = true;
    begin_ = end_ = position;
  }
  const std::int64_t stop = position + static_cast<std::int64_t>(mulaw.size());

  // Only what will still be held: the newest `capacity` samples, and nothing older than what was held before.
  const std::int64_t oldest = std::max(begin_, std::max(end_, stop) - capacity);
  if (stop <= oldest) return;
  const std::int64_t first = std::max(position, oldest);
  mulaw = mulaw.subspan(static_cast<std::size_t>(first - position));

  for (std::int64_t gap = std::max(end_, oldest); gap < first; ++gap)
    ring_[static_cast<std::size_t>(((gap % capacity) + capacity) % capacity)] = kMulawSilence;
  write(first, mulaw);
  end_ = std::max(end_, stop);
  begin_ = oldest;
}

void History::write(std::int64_t position, std::span<const std::uint8_t> mulaw) {
  const auto capacity = static_cast<std::int64_t>(ring_.size());
  const auto at = static_cast<std::size_t>(((position % capacity) + capacity) % capacity);
  const std::size_t until_wrap = std::min(mulaw.size(), ring_.size() - at);
  std::copy_n(mulaw.begin(), until_wrap, ring_.begin() + static_cast<std::ptrdiff_t>(at));
  std::copy(mulaw.begin() + static_cast<std::ptrdiff_t>(until_wrap), mulaw.end(), ring_.begin());
}

std::vector<std::uint8_t> History::read(std::int64_t from, std::int64_t to) const {
  from = std::max(from, begin_);
  to = std::min(to, end_);
  if (from >= to) return {};
  const auto capacity = static_cast<std::int64_t>(ring_.size());
  std::vector<std::uint8_t> out(static_cast<std::size_t>(to - from));
  const auto at = static_cast<std::size_t>(((from % capacity) + capacity) % capacity);
  const std::size_t until_wrap = std::min(out.size(), ring_.size() - at);
  std::copy_n(ring_.begin() + static_cast<std::ptrdiff_t>(at), until_wrap, out.begin());
  std::copy_n(ring_.begin(), out.size() - until_wrap, out.begin() + static_cast<std::ptrdiff_t>(until_wrap));
  return out;
}

std::vector<float> History::read_float8k(std::int64_t from, std::int64_t to) const {
  const std::vector<std::uint8_t> mulaw = read(from, to);
  std::vector<float> samples(mulaw.size());
  mulaw_decode(mulaw, samples);
  return samples;
}

std::vector<float> History::read_float16k(std::int64_t from, std::int64_t to) const {
  return mulaw_to_float16k(read(from, to));
}

std::vector<float> mulaw_to_float16k(std::span<const std::uint8_t> mulaw) {
  std::vector<float> narrow(mulaw.size());
  mulaw_decode(mulaw, narrow);
  return resample(narrow, History::kRate, 2 * History::kRate);
}

}  // namespace offhook::audio

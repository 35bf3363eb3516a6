#include "stt/speech_buffer.hpp"

#include <algorithm>
#include <cmath>

namespace offhook::stt {
namespace {

constexpr std::size_t kWindowHops = SpeechBuffer::kWindow / SpeechBuffer::kHop;

float dbfs(double power) {
  return power <= 1e-12 ? SpeechBuffer::kSilence : static_cast<float>(10 * std::log10(power));
}

}  // namespace

void SpeechBuffer::append(std::span<const float> samples) {
  std::size_t at = end();
  for (const float sample : samples) {
    const float held = std::isfinite(sample) ? std::clamp(sample, -1.0f, 1.0f) : 0.0f;
    samples_.push_back(static_cast<std::int16_t>(std::lrintf(held * 32767)));
    if (at++ % kHop == 0) power_.push_back(0);
    power_.back() += held * held / kHop;
  }
}

void SpeechBuffer::release(std::size_t before) {
  const std::size_t hops = (std::min(before, end()) - std::min(before, begin_)) / kHop;
  samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(hops * kHop));
  power_.erase(power_.begin(), power_.begin() + static_cast<std::ptrdiff_t>(hops));
  begin_ += hops * kHop;
}

void SpeechBuffer::clear() {
  *this = {};
}

std::vector<float> SpeechBuffer::copy(std::size_t from, std::size_t to) const {
  from = std::clamp(from, begin_, end());
  to = std::clamp(to, from, end());
  std::vector<float> out(to - from);
  const auto first = samples_.begin() + static_cast<std::ptrdiff_t>(from - begin_);
  std::transform(first, first + static_cast<std::ptrdiff_t>(out.size()), out.begin(),
                 [](std::int16_t s) { return static_cast<float>(s) / 32767; });
  return out;
}

double SpeechBuffer::power(std::size_t from_hop, std::size_t to_hop) const {
  double sum = 0;
  for (std::size_t i = from_hop; i < to_hop; ++i) sum += power_[i];
  return to_hop > from_hop ? sum / static_cast<double>(to_hop - from_hop) : 0;
}

float SpeechBuffer::loudest(std::size_t from, std::size_t to) const {
  from = std::clamp(from, begin_, end());
  to = std::clamp(to, from, end());
  const std::size_t first = (from - begin_) / kHop;
  const std::size_t last = (to - begin_ + kHop - 1) / kHop;
  if (last <= first + kWindowHops) return dbfs(power(first, last));
  double best = 0;
  for (std::size_t i = first; i + kWindowHops <= last; ++i) best = std::max(best, power(i, i + kWindowHops));
  return dbfs(best);
}

std::size_t SpeechBuffer::quietest(std::size_t from, std::size_t to) const {
  from = std::clamp(from, begin_, end());
  to = std::clamp(to, from, end());
  const std::size_t first = (from - begin_ + kHop - 1) / kHop;
  const std::size_t last = (to - begin_) / kHop;
  if (last < first + kWindowHops) return from + (to - from) / 2;
  std::size_t where = first;
  double least = power(first, first + kWindowHops);
  for (std::size_t i = first + 1; i + kWindowHops <= last; ++i) {
    const double here = power(i, i + kWindowHops);
    if (here < least) least = here, where = i;
  }
  return begin_ + where * kHop + kWindow / 2;
}

}  // namespace offhook::stt

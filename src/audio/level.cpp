#include "audio/level.hpp"

#include <algorithm>
#include <cmath>

namespace offhook::audio {
namespace {

double to_db(double ratio) {
  return ratio <= 0 ? kSilenceDb : std::max(kSilenceDb, 20 * std::log10(ratio));
}

std::size_t step_samples(int rate, Duration step) {
  return static_cast<std::size_t>(std::max<std::int64_t>(1, step.count() * rate / 1'000'000));
}

}  // namespace

double rms(std::span<const std::int16_t> samples) {
  if (samples.empty()) return 0;
  std::int64_t sum = 0;
  for (const std::int16_t s : samples) sum += std::int32_t{s} * std::int32_t{s};
  return std::sqrt(static_cast<double>(sum) / static_cast<double>(samples.size()));
}

double rms(std::span<const float> samples) {
  if (samples.empty()) return 0;
  double sum = 0;
  for (const float s : samples) sum += static_cast<double>(s) * static_cast<double>(s);
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

double dbfs(std::span<const std::int16_t> samples) {
  return to_db(rms(samples) / 32768.0);
}
double dbfs(std::span<const float> samples) {
  return to_db(rms(samples));
}

std::size_t first_audible(std::span<const std::int16_t> samples, int rate, Audible audible) {
  const std::size_t step = step_samples(rate, audible.step);
  for (std::size_t at = 0; at < samples.size(); at += step)
    if (rms(samples.subspan(at, std::min(step, samples.size() - at))) >= audible.threshold_rms) return at;
  return samples.size();
}

std::size_t last_audible(std::span<const std::int16_t> samples, int rate, Audible audible) {
  const std::size_t step = step_samples(rate, audible.step);
  for (std::size_t end = samples.size(); end > 0; end -= std::min(step, end)) {
    const std::size_t n = std::min(step, end);
    if (rms(samples.subspan(end - n, n)) >= audible.threshold_rms) return end;
  }
  return 0;
}

}  // namespace offhook::audio

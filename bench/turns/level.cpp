#include "turns/level.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/level.hpp"

namespace offhook::turns {
namespace {

constexpr std::size_t kFrame = 160;  // 20 ms
constexpr double kSpeechRange = 25;  // dB

}  // namespace

std::int16_t clipped(double sample) {
  return static_cast<std::int16_t>(std::lround(std::clamp(sample, -32768.0, 32767.0)));
}

double gain_of(double db) {
  return std::pow(10, db / 20);
}

double speech_level(std::span<const std::int16_t> sound) {
  std::vector<double> frames;
  for (std::size_t i = 0; i < sound.size(); i += kFrame)
    frames.push_back(audio::dbfs(sound.subspan(i, std::min(kFrame, sound.size() - i))));
  if (frames.empty()) return audio::kSilenceDb;
  const double loudest = *std::ranges::max_element(frames);
  double power = 0;
  int count = 0;
  for (const double db : frames) {
    if (db < loudest - kSpeechRange) continue;
    power += std::pow(10, db / 10);
    ++count;
  }
  return 10 * std::log10(power / count);
}

Sound amplified(const Sound& sound, double db) {
  const double gain = gain_of(db);
  Sound out;
  out.reserve(sound.size());
  for (const std::int16_t s : sound) out.push_back(clipped(s * gain));
  return out;
}

Sound levelled(const Sound& sound, double dbfs) {
  const double now = speech_level(sound);
  return now <= audio::kSilenceDb ? sound : amplified(sound, dbfs - now);
}

Hiss::Hiss(double dbfs, std::uint32_t seed) : random_(seed), most_(32768 * gain_of(dbfs) * std::numbers::sqrt3) {}

std::int16_t Hiss::next() {
  return clipped((static_cast<double>(random_()) / 2147483648.0 - 1) * most_);
}

}  // namespace offhook::turns

#include "audio/dtmf.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace offhook::audio {
namespace {

constexpr std::string_view kKeys = "123456789*0#";
constexpr double kRows[] = {697, 770, 852, 941}, kColumns[] = {1209, 1336, 1477};  // Hz
// −9 dB below full scale for the higher tone, 2 dB less for the lower: lines weaken high tones more.
constexpr double kHigh = 0.355 * 32767, kLow = 0.282 * 32767;

}  // namespace

std::vector<std::int16_t> dtmf(std::string_view keys, int rate) {
  const int tone = rate / 10, edge = std::max(1, rate / 200);
  std::vector<std::int16_t> out;
  for (const char key : keys) {
    const std::size_t at = kKeys.find(key);
    if (at == kKeys.npos) continue;
    for (int i = 0; i < tone; ++i) {
      const double t = 2 * std::numbers::pi * i / rate;
      const double level = std::min({1.0, double(i) / edge, double(tone - 1 - i) / edge});
      const double sum = kLow * std::sin(t * kRows[at / 3]) + kHigh * std::sin(t * kColumns[at % 3]);
      out.push_back(static_cast<std::int16_t>(std::lround(level * sum)));
    }
    out.insert(out.end(), static_cast<std::size_t>(tone), 0);
  }
  return out;
}

}  // namespace offhook::audio

#include "stt/mulaw_uplink.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "audio/g711.hpp"

namespace offhook::stt {

std::vector<std::string> MulawUplink::feed(std::span<const float> samples) {
  for (const float s : samples) {
    const float scaled = std::clamp(std::isnan(s) ? 0.0f : s * 32768.0f, -32768.0f, 32767.0f);
    pending_ += static_cast<char>(audio::mulaw_encode(static_cast<std::int16_t>(std::lrint(scaled))));
  }
  fed_ += static_cast<std::int64_t>(samples.size());
  return pending_.size() < chunk_ ? std::vector<std::string>() : flush();
}

std::vector<std::string> MulawUplink::flush() {
  std::vector<std::string> out;
  sent_ += static_cast<std::int64_t>(pending_.size());
  while (pending_.size() > kLongest) {
    out.push_back(pending_.substr(0, kLongest));
    pending_.erase(0, kLongest);
  }
  if (!pending_.empty()) out.push_back(std::exchange(pending_, {}));
  return out;
}

Duration MulawUplink::take_sent() {
  return Duration(std::exchange(sent_, 0) * 1'000'000 / kRate);
}

}  // namespace offhook::stt

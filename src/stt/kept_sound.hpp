// The end of a sound, kept in case somebody else has to hear it: 16 bits a sample, exact for all that came as G.711.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.hpp"

namespace offhook::stt {

class KeptSound {
 public:
  KeptSound(int rate, Duration longest)
      : rate_(rate), most_(static_cast<std::size_t>(longest.count() * rate / 1'000'000)) {}

  // What is longer by a second is cut to the longest, the oldest goes.
  void append(std::span<const float> samples) {
    for (const float s : samples)
      samples_.push_back(static_cast<std::int16_t>(std::lrint(std::clamp(s * 32768.0f, -32768.0f, 32767.0f))));
    if (samples_.size() > most_ + static_cast<std::size_t>(rate_))
      samples_.erase(samples_.begin(), samples_.end() - static_cast<std::ptrdiff_t>(most_));
  }
  void clear() { samples_ = {}; }  // its memory, too

  bool empty() const { return samples_.empty(); }
  Duration length() const { return Duration(static_cast<Duration::rep>(samples_.size()) * 1'000'000 / rate_); }
  std::vector<float> samples() const {
    std::vector<float> out(samples_.size());
    std::transform(samples_.begin(), samples_.end(), out.begin(),
                   [](std::int16_t s) { return static_cast<float>(s) / 32768.0f; });
    return out;
  }

 private:
  int rate_;
  std::size_t most_;
  std::vector<std::int16_t> samples_;
};

}  // namespace offhook::stt

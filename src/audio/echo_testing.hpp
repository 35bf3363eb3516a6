// For tests: an agent and a caller out of recordings, and the telephone at whose far end the one is heard in the other.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "audio/echo_guard.hpp"
#include "audio/g711.hpp"
#include "audio/level.hpp"
#include "audio/wav.hpp"

namespace offhook::audio::echo_testing {

using Sound = std::vector<float>;  // 8 kHz, -1..1

// Recordings one after the other, half a second between them, each of the same level while it speaks.
inline Sound recordings(const std::string& folder, std::initializer_list<const char*> names, double level_db = -22) {
  Sound all;
  for (const char* name : names) {
    const auto wav = read_wav(folder + "/" + name + ".wav");
    if (!wav) throw std::runtime_error(wav.error().what);
    const auto begin = first_audible(wav->samples, wav->rate), end = last_audible(wav->samples, wav->rate);
    const std::span<const std::int16_t> heard(wav->samples.data() + begin, end - begin);
    const double gain = std::pow(10, (level_db - dbfs(heard)) / 20) / 32768;
    for (const auto x : heard) all.push_back(static_cast<float>(x * gain));
    all.insert(all.end(), 4000, 0.0f);
  }
  return all;
}
inline Sound agent(const std::string& folder) {
  return recordings(folder, {"stt_address", "turn_question", "stt_appointment"});
}
inline Sound caller(const std::string& folder) {
  return recordings(folder, {"vad_what_time", "stt_weather"});
}

inline std::vector<std::uint8_t> mulaw(const Sound& sound) {
  std::vector<std::uint8_t> bytes;
  for (const float x : sound)
    bytes.push_back(mulaw_encode(static_cast<std::int16_t>(std::clamp(std::lround(x * 32768), -32768l, 32767l))));
  return bytes;
}
inline Sound linear(const std::vector<std::uint8_t>& bytes) {
  Sound sound(bytes.size());
  mulaw_decode(bytes, std::span<float>(sound));
  return sound;
}

struct Path {
  int delay = 2000;       // samples
  double db = -12;        // of the echo by what is sent
  double noise_db = -60;  // at the caller's, dBFS
  bool bent = false;      // by a loudspeaker that overdrives
};

// Of what is sent, what comes back: a small loudspeaker in a small room, all within 10 ms.
inline Sound echo_of(const Sound& sent, const Path& path) {
  static const std::pair<int, double> taps[] = {{0, 0.8},   {1, 0.45},   {2, -0.2},  {5, 0.25},  {11, -0.18},
                                                {23, 0.12}, {41, -0.08}, {64, 0.05}, {80, -0.03}};
  double square = 0;
  for (const auto& [at, gain] : taps) square += gain * gain;
  const double scale = std::pow(10, path.db / 20) / std::sqrt(square);
  Sound out(sent.size());
  const auto heard = [&](std::ptrdiff_t i) {
    const double x = i < 0 ? 0.0 : sent[static_cast<std::size_t>(i)];
    return path.bent ? std::tanh(8 * x) / 8 : x;
  };
  for (std::size_t n = 0; n < out.size(); ++n) {
    double sum = 0;
    for (const auto& [at, gain] : taps) sum += gain * heard(static_cast<std::ptrdiff_t>(n) - path.delay - at);
    out[n] = static_cast<float>(sum * scale);
  }
  return out;
}

// What comes to the server: echo, caller and noise through µ-law.
inline Sound line(const Sound& echo, const Sound& caller, const Path& path, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, std::pow(10, path.noise_db / 20));
  Sound sum(std::max(echo.size(), caller.size()));
  for (std::size_t n = 0; n < sum.size(); ++n)
    sum[n] = static_cast<float>((n < echo.size() ? echo[n] : 0) + (n < caller.size() ? caller[n] : 0) + normal(random));
  return linear(mulaw(sum));
}

// Sends and hears in frames of 20 ms, 60 ms ahead, as a call does. Returns what may be listened to, aligned.
template <class Each>
Sound run(EchoGuard& guard, const Sound& sent, const Sound& heard, Each&& each) {
  const auto bytes = mulaw(sent);
  Sound out;
  std::size_t sent_to = 0;
  for (std::size_t at = 0; at + 160 <= heard.size(); at += 160) {
    while (sent_to + 160 <= bytes.size() && sent_to < at + 480 + 160) {
      // before its first sound nothing is sent, as nothing is after its last
      guard.send(static_cast<std::int64_t>(sent_to), std::span(bytes).subspan(sent_to, 160));
      sent_to += 160;
    }
    guard.process(std::span(heard).subspan(at, 160), static_cast<std::int64_t>(at), out);
    each(static_cast<std::int64_t>(at + 160));
  }
  return out;
}
inline Sound run(EchoGuard& guard, const Sound& sent, const Sound& heard) {
  return run(guard, sent, heard, [](std::int64_t) {});
}

inline double db(std::span<const float> sound) {
  return dbfs(sound);
}

}  // namespace offhook::audio::echo_testing

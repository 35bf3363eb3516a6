// How well an echo is found and taken out, and what it costs: g++ -std=c++20 -O2 -Isrc over this file, echo_*.cpp,
// fft128.cpp, g711.cpp, level.cpp, wav.cpp and base/result.cpp. Argument: the folder of recordings, tests/data.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "audio/echo_testing.hpp"

using namespace offhook::audio;
using namespace offhook::audio::echo_testing;

namespace {

double power(const Sound& s, std::size_t from, std::size_t to) {
  double sum = 1e-12;
  for (std::size_t i = from; i < std::min(to, s.size()); ++i) sum += s[i] * s[i];
  return sum;
}
double decibels(double ratio) {
  return 10 * std::log10(ratio);
}

// CPU of one call, a second of it.
double cost(const Sound& sent, const Sound& heard) {
  const auto bytes = mulaw(sent);
  Sound out;
  out.reserve(heard.size() + 1000);
  double least = 1e9;
  for (int round = 0; round < 7; ++round) {
    EchoGuard guard;
    out.clear();
    const std::clock_t begin = std::clock();
    for (std::size_t at = 0; at + 160 <= heard.size(); at += 160) {
      if (at + 160 <= bytes.size()) guard.send(static_cast<std::int64_t>(at), std::span(bytes).subspan(at, 160));
      guard.process(std::span(heard).subspan(at, 160), static_cast<std::int64_t>(at), out);
    }
    const double took = 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    least = std::min(least, took / (static_cast<double>(heard.size()) / 8000));
  }
  return least;
}

// Where the agent speaks, nothing comes back, and the caller speaks too: how likely an echo is found that is none.
void unrelated(const Sound& sent, const Sound& call) {
  int found = 0, tries = 0;
  for (std::size_t shift = 0; shift < sent.size(); shift += 4001) {
    Sound turned(call);
    std::rotate(turned.begin(), turned.begin() + static_cast<std::ptrdiff_t>(shift % turned.size()), turned.end());
    EchoGuard guard;
    bool ever = false;
    run(guard, sent, turned, [&](std::int64_t) { ever = ever || guard.found(); });
    ++tries;
    found += ever;
  }
  std::printf("found although there is none: %d of %d calls\n", found, tries);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "tests/data";
  Sound sent = agent(folder);
  const std::size_t first = sent.size();
  const Sound again = sent;
  sent.insert(sent.end(), again.begin(), again.end());
  Sound call(sent.size());
  const Sound says = caller(folder);
  std::copy(says.begin(), says.end(), call.begin() + static_cast<std::ptrdiff_t>(first + 4000));
  std::printf("%4s %5s %5s | %6s %6s %6s | %5s %5s | %5s %5s %6s %6s\n", "dB", "ms", "bent", "found", "delay", "path",
              "ERLE", ">=200", "kept", "<=127", "SNRin", "SNRout");
  for (const bool bent : {false, true})
    for (const double level : {-6, -12, -24, -36})
      for (const int ms : {100, 250, 500, 96, 196}) {
        const Path path{ms * 8, level, -60, bent};
        const Sound echo = echo_of(sent, path);
        // Echo only.
        EchoGuard guard;
        int found = -1, certain = 0, windows = 0;
        const Sound heard = line(echo, {}, path);
        const Sound out = run(guard, sent, heard, [&](std::int64_t at) {
          if (found < 0 && guard.found()) found = static_cast<int>(at / 8);
          // A window two frames ago, of which the echo is loud enough to be one.
          const std::int64_t end = at - 320, from = end - 256;
          if (end < 24000 ||
              db(std::span(echo).subspan(static_cast<std::size_t>(from), 256)) < -50 + std::min(0.0, level + 12))
            return;
          ++windows;
          certain += guard.likelihood(from, end) >= 200;
        });
        const double erle = decibels(power(heard, 24000, sent.size()) / power(out, 24000, sent.size()));
        // And with the caller, in the second half.
        EchoGuard other;
        int doubted = 0, spoken = 0;
        const Sound both = run(other, sent, line(echo, call, path), [&](std::int64_t at) {
          const std::int64_t end = at - 320, from = end - 256;
          if (end < 24000 || db(std::span(call).subspan(static_cast<std::size_t>(from), 256)) < -30) return;
          ++spoken;
          doubted += other.likelihood(from, end) <= 127;
        });
        // How much of the caller is left: the part of the output that is like it, and the rest.
        double cross = 0, square = 1e-12, all = 1e-12, noise = 1e-12;
        for (std::size_t i = first + 4000; i < first + 4000 + says.size(); ++i) {
          cross += both[i] * call[i];
          square += call[i] * call[i];
          all += both[i] * both[i];
          noise += echo[i] * echo[i];
        }
        const double kept = cross * cross / square;
        std::printf("%4.0f %5d %5s | %6d %6d %6.1f | %5.1f %4.0f%% | %5.1f %4.0f%% %6.1f %6.1f\n", level, ms,
                    bent ? "bent" : "", found, guard.delay() / 8, decibels(guard.path() + 1e-12), erle,
                    100.0 * certain / std::max(1, windows), decibels(kept / square),
                    100.0 * doubted / std::max(1, spoken), decibels(square / noise),
                    decibels(kept / std::max(1e-12, all - kept)));
      }
  const Path path{2000, -12, -60, false};
  Sound talks;
  while (talks.size() < sent.size()) talks.insert(talks.end(), says.begin(), says.end());
  talks.resize(sent.size());
  unrelated(sent, line({}, talks, path));
  unrelated(talks, line({}, sent, path));
  const Sound nobody;
  std::printf("ms of CPU a second of call: %.3f guarding, %.3f searching, %.4f agent silent\n",
              cost(sent, line(echo_of(sent, path), {}, path)), cost(sent, line({}, call, path)),
              cost(nobody, line({}, call, path)));
  return 0;
}

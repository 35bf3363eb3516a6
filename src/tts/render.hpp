// A clause as it is sent: without the silence that voices put around it, piece by piece as the voice makes it.
//
//   voice   ──────▁▁▁█████▁▁▁▁▁▁████▁▁▁▁▁▁▁▁▁▁▁
//   sent          ▁▁█████▁▁▁▁▁▁████▁▁▁▁
//                  before            after
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.hpp"

namespace offhook::tts {

// The silence left around what is audible. Voices bring 10 to 90 ms before a clause, which is pure delay to the caller,
// and 150 to 350 ms behind it, which between two clauses sounds like hesitation.
struct Edges {
  Duration before = 10ms;  // at most: soft consonants begin below what counts as audible
  Duration after = 60ms;   // exactly; a sentence's end wants more, some 200 ms
};

// One clause, mono, at one rate. Silence within it passes; what might be its end is kept back beyond `after`.
class Trimmer {
 public:
  Trimmer(int rate, Edges edges);

  void feed(std::span<const std::int16_t> samples, std::vector<std::int16_t>& out);  // appends
  // The clause is over: appends what is missing of the silence behind it. Nothing if nothing was audible.
  void finish(std::vector<std::int16_t>& out);

  // How many samples of the input were cut before the first that was passed on: positions in it move by this.
  std::int64_t skipped() const { return skipped_; }
  bool audible() const { return audible_; }

 private:
  const int rate_;
  const std::size_t before_, after_;
  bool audible_ = false;
  std::vector<std::int16_t> held_;  // not audible yet: the last of it; later: silence behind what is audible
  std::size_t passed_ = 0;          // of that silence, samples passed on already
  std::int64_t skipped_ = 0;
};

// The whole of one clause at once. Empty if nothing in it is audible.
std::vector<std::int16_t> trimmed(std::span<const std::int16_t> clause, int rate, Edges edges = {});

}  // namespace offhook::tts

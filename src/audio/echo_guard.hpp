// Keeps the agent from hearing itself: finds its voice in what the line brings, takes it out, and says how much of each
// stretch it was. Of 8 kHz sound; one time line for both directions. No thread, and no allocation once it is made.
//
//   idle       the agent has been silent for longer than an echo takes: sound passes as it is, and costs nothing
//   searching  it speaks: EchoDelay looks for an echo; sound passes as it is. Where none is found within seconds, it
//   looks
//              only now and then
//   guarding   an echo was found and the agent speaks: EchoSuppressor's output, 8 to 16 ms late
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "audio/echo_delay.hpp"
#include "audio/echo_reference.hpp"
#include "audio/echo_suppressor.hpp"

namespace offhook::audio {

class EchoGuard {
 public:
  static constexpr int kHop = EchoDelay::kHop;

  // To the far ear: due there at `due`.
  void send(std::int64_t due, std::span<const std::uint8_t> mulaw) { reference_.send(due, mulaw); }
  void clear(std::int64_t from) { reference_.clear(from); }  // what is due from there on is not heard

  // From the line, in order: its first sample came at `at`. Appends what may be listened to; each sample once, some
  // later.
  void process(std::span<const float> in, std::int64_t at, std::vector<float>& out);
  void interrupt();                    // the line begins anew elsewhere: what has been held back is dropped
  void stop(std::vector<float>& out);  // listens no more for now; what is held back passes as it is

  // Of the sound that came in [from, to), as far as it was appended: how much the agent's voice explains, 0 .. 255.
  int likelihood(std::int64_t from, std::int64_t to) const;

  // Positions from the line will be so much later than before: an echo's delay seems so much longer. Not while the
  // guard listens: then false.
  bool shift(std::int64_t samples);

  bool guarding() const { return listening_ && found_; }
  bool found() const { return found_; }
  int delay() const { return lag_ * kHop; }          // samples; of an echo that was found
  float path() const { return suppressor_.path(); }  // its power by what was sent

 private:
  static constexpr std::int64_t kTail = 800;           // samples after the last of an echo, 100 ms
  static constexpr int kLookAlways = 500;              // hops of search, 4 s …
  static constexpr int kLookFor = 250, kOutOf = 1200;  // … then these of those
  static constexpr int kJudgeEvery = 8;                // hops
  static constexpr int kSure = 5;                      // judgements that must agree with the first
  static constexpr std::size_t kHops = 64;             // of which likelihoods are held

  bool agent_heard(std::int64_t at) const;
  void begin(std::int64_t at);
  void hop();
  void judge();
  void let_go();
  void emit(std::int64_t from, std::span<const float> samples);

  EchoReference reference_;
  EchoDelay delay_;
  EchoSuppressor suppressor_;

  bool listening_ = false, found_ = false;
  int lag_ = 0, doubts_ = 0, hops_ = 0, searched_ = 0;
  std::int64_t end_ = 0;                      // of the newest hop
  std::int64_t emitted_ = 0;                  // what was appended ends there
  std::array<float, Fft128::kSize> frame_{};  // the newest
  std::array<float, kHop> next_{}, overlap_{}, before_{};
  std::size_t pending_ = 0;
  std::vector<float>* out_ = nullptr;  // within process()
  struct Hop {
    std::int64_t at = INT64_MIN;
    float in = 0, out = 0;  // energy
  };
  std::array<Hop, kHops> measured_{};
};

}  // namespace offhook::audio

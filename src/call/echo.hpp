// Between a call and its edge: what the mouth sends is noted for the ears, by when it is due at the far ear, and the
// ears hear through the guard that takes its echo out. Home thread.
//
//   mouth ──▶ Echo (a Wire) ──────────▶ edge ─ ─ ─ ┐
//               │ due: after what was sent before,  far ear: some of it comes back
//               ▼      or now, as the playout has it│
//   ears ◀── guard ◀────────────────── edge ◀─ ─ ─ ─┘
//
// Both directions are laid on one time line. In each, samples are counted: how unevenly frames come does not move them.
// What a constant delay adds (the network there and back, a first frame that came late) is part of the echo's own
// delay.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "audio/echo_guard.hpp"
#include "call/wire.hpp"
#include "net/loop.hpp"

namespace offhook::call {

class Echo final : public Wire {
 public:
  static constexpr int kRate = 8000;  // of the line; other rates are not guarded

  Echo(net::Loop& loop, Wire& wire) : loop_(loop), wire_(wire) {}
  // Null where nobody asks for it, the edge does it, or the line is not 8 kHz.
  static std::unique_ptr<Echo> where_wanted(bool wanted, const EdgeTraits& edge, net::Loop& loop, Wire& wire);

  void send_audio(std::span<const std::uint8_t> mulaw) override;
  void send_mark(std::string_view name) override { wire_.send_mark(name); }
  void clear() override;
  void hang_up(std::string_view why) override { wire_.hang_up(why); }

  // The caller's sound from `sample` on, 8 kHz, in order. Appends what may be listened to: each sample once, some
  // later.
  void hear(std::span<const float> sound, std::int64_t sample, std::vector<float>& out);
  void interrupt();                                          // the caller's stream goes on elsewhere
  bool guards() const { return guard_.guarding(); }          // what was appended last may differ from what came
  int likelihood(std::int64_t from, std::int64_t to) const;  // positions in the caller's stream

 private:
  static constexpr std::int64_t kApart = 480;        // samples by which the clocks may be, 60 ms
  static constexpr std::int64_t kStall = kRate / 4;  // … further than this cannot wait
  static constexpr int kWatch = 250;                 // frames, 5 s

  std::int64_t now() const { return loop_.now().time_since_epoch().count() * kRate / 1'000'000; }
  void align(std::int64_t end, std::vector<float>& out);

  net::Loop& loop_;
  Wire& wire_;
  audio::EchoGuard guard_;
  std::int64_t until_ = 0;    // when the far buffer runs dry
  std::int64_t offset_ = 0;   // of the time line from the caller's stream
  std::int64_t soonest_ = 0;  // of the frames seen since, how far the clocks were apart at least
  int frames_ = 0;
};

}  // namespace offhook::call

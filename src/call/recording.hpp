// What was heard of a call, both sides on one time axis: a WAV of two channels beside its event log. Left: the caller
// as received. Right: the agent as sent, where it was due at the far ear. Second 3.2 of the file is second 3.2 of the
// log.
//
//   call's clock   0 ────────── settled ───────── now ───── due
//   caller         ██████████████│███████████████│                by its position in the caller's stream
//   agent          ███████   ████│██     ████████│█████           clear takes back what was not due yet
//                  └─ on disk ───┴── in memory ──┴─────┘ 4 s at most
//
// 8 kHz µ-law as it comes from the wire (WAV format 7): nothing is converted. It stands between the call and its edge.
// Home thread; writes 32 KB every two seconds, and may block on the disk as the event log does.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "call/wire.hpp"
#include "net/loop.hpp"

namespace offhook::call {

class Recording final : public Wire {
 public:
  using Frame = std::int64_t;  // a sample of each side, since the call began
  static constexpr Frame kRate = 8000;
  static constexpr Frame kWindow = 4 * kRate;  // in memory: 64 KB
  static constexpr Frame kLate = kRate;        // what comes later than this is out of its place
  static constexpr Frame kEarly = kRate / 2;   // so much before it can have been spoken: its line counts anew

  // dir/2026-01-31/CALL.wav, readable by its owner only. Time 0 is now. `clears`: the far end drops what it is told to.
  static Result<std::unique_ptr<Recording>> open(const std::string& dir, const std::string& today,
                                                 const std::string& call, net::Loop& loop, Wire& wire, bool clears);
  ~Recording() override;

  void caller(std::span<const std::uint8_t> mulaw, std::int64_t sample);

  void send_audio(std::span<const std::uint8_t> mulaw) override;
  void send_mark(std::string_view name) override { wire_.send_mark(name); }
  void clear() override;
  void hang_up(std::string_view why) override { wire_.hang_up(why); }

  const std::string& path() const { return path_; }
  bool failed() const { return file_ < 0; }  // the disk would not take it: said once, the call goes on

 private:
  enum Side { kCaller, kAgent };
  Recording(int file, std::string path, net::Loop& loop, Wire& wire, bool clears);
  Frame now() const { return (loop_.now() - born_).count() * kRate / 1'000'000; }
  void place(Side side, Frame at, std::span<const std::uint8_t> mulaw);
  void settle(Frame upto);
  void write(std::span<const std::uint8_t> bytes);
  void write_header();
  void fail();

  int file_;  // < 0: given up
  const std::string path_;
  net::Loop& loop_;
  Wire& wire_;
  const bool clears_;
  const Time born_;
  std::vector<std::uint8_t> window_;  // both sides, from base_
  Frame base_ = 0;                    // what is before it is on disk
  bool began_ = false;
  Frame origin_ = 0;  // of the caller's stream
  Frame due_ = 0;     // where the agent's next sample is heard, unless it is late
};

}  // namespace offhook::call

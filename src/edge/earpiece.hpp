// What a caller hears: the buffer that a carrier plays the agent's sound from, and the measures taken of it. Pure; one
// thread.
//
//   arrived   ██████████████░░████████        each message joins the end of the buffer
//   played    ██████████│                     20 ms at each beat; a mark is due once all before it has been played
//   clear     ██████████│×                    the rest is dropped, the marks in it are due at once
//
// Measured on arrival, as if each message were played as soon as it can be: audible is what has an rms above 200; sound
// broken for more than 5 ms is an underrun.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace offhook::edge {

class Earpiece {
 public:
  static constexpr std::size_t kFrame = 160;             // samples of a beat: 20 ms of 8 kHz
  static constexpr double kAudibleRms = 200;             // of 32768, in each 20 ms
  static constexpr Duration kSilence = 600ms;            // longer is no break in a sound but its end
  static constexpr Duration kUnderrun = 5ms;             // a break longer than this is heard
  static constexpr std::size_t kMostBytes = 8000 * 300;  // of the buffer: 5 min; more is dropped and counted
  static constexpr std::size_t kMostMarks = 4096;        // waiting; the oldest is due early then

  struct Arrival {
    bool audible = false;
    bool fresh = false;  // audible, and the first sound at all, after a clear, or behind kSilence: another utterance
  };
  Arrival hear(std::span<const std::uint8_t> mulaw, Time now);

  using Marks = std::vector<std::string>;  // due, in order: to be sent back now
  Marks mark(std::string_view name);
  Marks clear(Time now);
  // The beat: what is heard in the 20 ms from now on. Marks are due for what the beats before have played.
  Marks play(std::span<std::int16_t, kFrame> out);

  // A hold and what ends it, as told by the agent: a break that the agent meant is no underrun.
  void hold() { held_ = true; }
  void unhold() {
    held_ = false;
    excused_ = true;
  }

  // When the last audible sample that has arrived is heard to its end; nothing yet: none.
  std::optional<Time> audible_until() const { return audible_until_; }
  bool sounding(Time now) const { return audible_until_ && *audible_until_ > now; }

  std::uint64_t underruns() const { return underruns_; }
  std::uint64_t dropped() const { return dropped_; }  // bytes beyond kMostBytes
  std::uint64_t cuts() const { return cuts_; }        // clears that dropped something
  std::size_t given() const { return given_; }        // samples of the last beat that had arrived; the rest is silence

 private:
  struct Waiting {
    std::int64_t position;  // of the stream: due once so much has been played
    std::string name;
  };
  Marks due(std::int64_t played);

  std::deque<std::uint8_t> buffer_;
  std::deque<Waiting> marks_;
  std::int64_t taken_ = 0;                            // samples that have left the buffer
  std::int64_t played_ = 0;                           // … and have been heard to their end
  Time plays_until_{};                                // when what has arrived has been played
  std::optional<Time> audible_until_, last_audible_;  // last_audible_: when it arrived; none after a clear
  bool held_ = false, excused_ = false;
  std::size_t given_ = 0;
  std::uint64_t underruns_ = 0, dropped_ = 0, cuts_ = 0;
};

}  // namespace offhook::edge

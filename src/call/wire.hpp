// What a call and its edge ask of each other. An edge turns a carrier's messages into these; a call never sees more of
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/loop.hpp"

namespace offhook::call {

// What an edge can do. Conversation and mouth read these, never the edge's name.
struct EdgeTraits {
  int rate = 8000;              // Hz of the wire's sound
  int frame = 160;              // samples a frame, 20 ms
  bool marks = true;            // tells when a mark has been played
  bool clear = true;            // can drop what it has buffered
  bool echo_cancelled = false;  // itself: the agent's voice does not come back in the caller's sound
};

struct CallStart {
  std::string call_id;  // ours, unique: the log's name
  std::string stream_id, carrier_call_id;
  std::string agent;  // from the URL; empty: the first
  std::string from, to;
  std::vector<std::pair<std::string, std::string>> parameters;
  EdgeTraits edge;
};

// What a call asks of its edge. Home thread only. All are harmless after the line has closed.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual void send_audio(std::span<const std::uint8_t> mulaw) = 0;  // any number of samples, in order, 8 kHz
  virtual void send_mark(std::string_view name) = 0;  // echoed as on_mark when what was sent before is played
  virtual void clear() = 0;                           // drops what is not played; marks come back at once
  virtual void hang_up(std::string_view why) = 0;     // after what is queued
};

// What an edge tells its call. Home thread only. The edge destroys it after on_hangup; a call that ends itself asks
// wire.hang_up and waits for that.
class Line {
 public:
  virtual ~Line() = default;
  // `sample`: position of its first sample in the caller's stream, so that lost frames show.
  virtual void on_audio(std::span<const std::uint8_t> mulaw, std::int64_t sample) = 0;
  virtual void on_mark(std::string_view name) = 0;
  virtual void on_digit(char digit) = 0;
  virtual void on_hangup(std::string_view why) = 0;
};

// Takes a call, or says why not (no such agent, too many calls, draining). `wire` outlives the Line.
using Answer = std::function<Result<std::unique_ptr<Line>>(net::Loop& loop, CallStart start, Wire& wire)>;

}  // namespace offhook::call

// What all edges of a process have seen, for /metrics. Counted by any loop's thread, read by any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace offhook::edge {

// Why a frame was dropped.
enum class BadFrame : std::uint8_t {
  garbage,    // not the JSON, or not the fields, that the protocol has
  too_long,   // the frame or its sound is over its bound
  bad_audio,  // the payload is not base64
  early,      // before start
  second_start,
  wrong_stream,  // another streamSid than start's
  binary,
};
inline constexpr std::array<std::string_view, 7> bad_frame_names = {
    "garbage", "too_long", "bad_audio", "early", "second_start", "wrong_stream", "binary"};
constexpr std::string_view name(BadFrame kind) {
  return bad_frame_names[static_cast<std::size_t>(kind)];
}

struct EdgeStats {
  using Counter = std::atomic<std::uint64_t>;
  Counter sockets{0};                 // opened
  std::atomic<std::int64_t> live{0};  // sockets whose edge is not yet destroyed; 0 once all is gone
  Counter calls{0};                   // answered
  Counter calls_refused{0};           // by Answer, or for a sound we do not speak
  Counter starts_missed{0};           // no start in time
  Counter misbehaved{0};              // closed for too many bad frames
  Counter slow_readers{0};            // closed because our sound was not read
  Counter floods{0};                  // closed because far more came than a carrier sends
  Counter frames_in{0};
  Counter media_in{0};
  Counter media_out{0};
  Counter media_gaps{0};      // times that the caller's sound had a hole
  Counter unknown_events{0};  // of a younger protocol: dropped, not held against the peer
  std::array<Counter, bad_frame_names.size()> bad_frames{};

  Counter& bad(BadFrame kind) { return bad_frames[static_cast<std::size_t>(kind)]; }
};

}  // namespace offhook::edge

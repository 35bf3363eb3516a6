// The messages of Twilio Media Streams: reading one text frame of the carrier, writing ours. Source: Twilio's
// "WebSocket messages" pages. Pure, thread-free, and never throws on what a stranger sent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "edge/edge_stats.hpp"

namespace offhook::edge {

inline constexpr std::size_t max_frame_bytes = 64 << 10;  // of one message's text
inline constexpr std::size_t max_media_bytes = 8000;      // of one message's sound: 1 s
inline constexpr std::size_t max_stream_sid = 256;

// What a parsed frame points into, beside the text itself. About 8 KB: fit for the stack. Leave it uninitialized.
struct FrameBuffer {
  std::array<std::uint8_t, max_media_bytes> audio;
  std::string text;  // unescaped strings, on the slow path only
};

// Views live as long as the parsed text and the buffer are left alone.
struct Connected {};
struct Start {
  std::string stream_sid, call_sid;
  std::string encoding = "audio/x-mulaw";
  std::int64_t sample_rate = 8000, channels = 1;
  std::vector<std::pair<std::string, std::string>>
      parameters;  // customParameters; values that are no strings as JSON text
};
struct Media {
  std::string_view stream_sid;               // empty if absent, here and below
  std::span<const std::uint8_t> audio;       // mu-law, 8 kHz, at most max_media_bytes
  std::optional<std::int64_t> timestamp_ms;  // since the stream's start; nothing if absent or not a number
  bool inbound = true;                       // the caller's side
};
struct Dtmf {
  std::string_view stream_sid;
  char digit = 0;  // 0-9 * # A-D
};
struct Mark {
  std::string_view stream_sid, name;
};
struct Stop {
  std::string_view stream_sid;
};
struct Unknown {  // well-formed, of an event that we do not know
  std::string_view event;
};
struct Bad {
  BadFrame kind = BadFrame::garbage;
  std::string_view why;  // static text: a flood of garbage allocates nothing
};
using Frame = std::variant<Bad, Connected, Start, Media, Dtmf, Mark, Stop, Unknown>;

// Numbers are taken as JSON numbers or strings, keys in any order, unknown keys ignored. Media and mark frames of the
// usual shape go through scan_frame, all else through read_frame; both give the same answer.
Frame parse_frame(std::string_view text, FrameBuffer& buffer);
// Any frame, by a DOM of at most 16 levels.
Frame read_frame(std::string_view text, FrameBuffer& buffer);
// A media or mark frame without escapes or nested surprises, allocating nothing; otherwise nothing, which says only
// that read_frame must look.
std::optional<Frame> scan_frame(std::string_view text, FrameBuffer& buffer);

// Each appends one message to `out`. Names are JSON-escaped; bytes that are not UTF-8 become U+FFFD.
void write_media(std::string& out, std::string_view stream_sid, std::span<const std::uint8_t> mulaw);
void write_mark(std::string& out, std::string_view stream_sid, std::string_view name);
void write_clear(std::string& out, std::string_view stream_sid);

}  // namespace offhook::edge

// The fast half of twilio_frames.hpp. 50 media frames a second and call come in, and almost nothing else: they are read
// in one pass. Whatever is not exactly what this expects is left to read_frame, so being unsure costs time, never
// truth.
#include <cstring>
#include <utility>

#include "base/base64.hpp"
#include "edge/twilio_frames.hpp"

namespace offhook::edge {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool eat(char c) {
    skip_blanks();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool at_end() {
    skip_blanks();
    return at_ == end_;
  }

  // A string of ASCII without escapes.
  bool word(std::string_view& out) {
    if (!eat('"')) return false;
    const char* const begin = at_;
    for (; at_ != end_; ++at_) {
      const auto c = static_cast<unsigned char>(*at_);
      if (c == '"') {
        out = {begin, static_cast<std::size_t>(at_++ - begin)};
        return true;
      }
      if (c < 0x20 || c >= 0x80 || c == '\\') return false;
    }
    return false;
  }

  // A long string that its reader will check byte by byte, and refuse if a backslash hides a quote.
  bool unchecked_word(std::string_view& out) {
    if (!eat('"')) return false;
    const auto* quote = static_cast<const char*>(std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_)));
    if (quote == nullptr) return false;
    out = {at_, static_cast<std::size_t>(quote - at_)};
    at_ = quote + 1;
    return true;
  }

  // 1 to 18 digits, bare or as a string.
  bool number(std::int64_t& out) {
    skip_blanks();
    if (at_ == end_) return false;
    const bool quoted = *at_ == '"';
    if (quoted) ++at_;
    const char* const begin = at_;
    out = 0;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9' && at_ - begin < 18; ++at_) out = out * 10 + (*at_ - '0');
    const auto digits = at_ - begin;
    if (digits < 1) return false;
    if (quoted) return at_ != end_ && *at_++ == '"';
    return (digits == 1 || *begin != '0') && ends_number();
  }

  // The value of a key that we do not read.
  bool skip_value() {
    skip_blanks();
    if (at_ == end_) return false;
    std::string_view ignored;
    if (*at_ == '"') return word(ignored);
    std::int64_t n;
    return number(n);
  }

  // `member` is called with each key of an object and reads its value; false ends the scan.
  template <class Member>
  bool object(Member&& member) {
    if (!eat('{')) return false;
    do {
      std::string_view key;
      if (!word(key) || !eat(':') || !member(key)) return false;
    } while (eat(','));
    return eat('}');
  }

 private:
  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool ends_number() const {
    return at_ != end_ && *at_ != '.' && *at_ != 'e' && *at_ != 'E' && (*at_ < '0' || *at_ > '9');
  }

  const char* at_;
  const char* const end_;
};

// True the first time; a repeated key is for the slow path.
template <class T>
bool fresh(const std::optional<T>& field) {
  return !field.has_value();
}

}  // namespace

std::optional<Frame> scan_frame(std::string_view text, FrameBuffer& buffer) {
  if (text.size() > max_frame_bytes) return std::nullopt;
  Scanner scan(text);
  std::optional<std::string_view> event, stream_sid, payload, track, name;
  std::optional<std::int64_t> timestamp;
  bool media_seen = false, mark_seen = false;
  const auto word = [&scan](std::optional<std::string_view>& field) {
    return fresh(field) && scan.word(field.emplace());
  };

  const bool well_formed = scan.object([&](std::string_view key) {
    if (key == "event") return word(event);
    if (key == "streamSid") return word(stream_sid);
    if (key == "media") {
      if (std::exchange(media_seen, true)) return false;
      return scan.object([&](std::string_view inner) {
        if (inner == "payload") return fresh(payload) && scan.unchecked_word(payload.emplace());
        if (inner == "timestamp") return fresh(timestamp) && scan.number(timestamp.emplace());
        if (inner == "track") return word(track);
        return scan.skip_value();
      });
    }
    if (key == "mark") {
      if (std::exchange(mark_seen, true)) return false;
      return scan.object([&](std::string_view inner) { return inner == "name" ? word(name) : scan.skip_value(); });
    }
    return scan.skip_value();
  });
  if (!well_formed || !scan.at_end() || !event || !stream_sid || stream_sid->size() > max_stream_sid)
    return std::nullopt;

  if (*event == "media" && payload) {
    const auto size = decode_base64(*payload, buffer.audio);
    if (!size) return std::nullopt;
    return Media{.stream_sid = *stream_sid,
                 .audio = std::span(buffer.audio).first(*size),
                 .timestamp_ms = timestamp,
                 .inbound = !track || !track->starts_with("outbound")};
  }
  if (*event == "mark" && name && !media_seen) return Mark{.stream_sid = *stream_sid, .name = *name};
  return std::nullopt;
}

}  // namespace offhook::edge

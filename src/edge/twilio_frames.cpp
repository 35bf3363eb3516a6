#include "edge/twilio_frames.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "base/base64.hpp"
#include "base/utf8.hpp"

namespace offhook::edge {
namespace {

namespace json = boost::json;

constexpr std::size_t max_depth = 16;

std::string_view view(const json::string& s) {
  return {s.data(), s.size()};
}

// Absent and of another type are the same: empty.
std::string_view text_of(const json::object& object, std::string_view key) {
  const json::value* v = object.if_contains(key);
  const json::string* s = v ? v->if_string() : nullptr;
  return s ? view(*s) : std::string_view();
}

const json::object* object_of(const json::object& object, std::string_view key) {
  const json::value* v = object.if_contains(key);
  return v ? v->if_object() : nullptr;
}

// A count: a whole number from 0 to 18 digits, bare or as a string of digits.
std::optional<std::int64_t> number_of(const json::object& object, std::string_view key) {
  constexpr std::int64_t limit = 1'000'000'000'000'000'000;
  const json::value* v = object.if_contains(key);
  if (v == nullptr) return std::nullopt;
  if (const auto* n = v->if_int64()) return *n >= 0 && *n < limit ? std::optional(*n) : std::nullopt;
  if (const auto* d = v->if_double())
    return *d >= 0 && *d < 9e15 && *d == std::floor(*d) ? std::optional(static_cast<std::int64_t>(*d)) : std::nullopt;
  if (const auto* s = v->if_string()) {
    const std::string_view digits = view(*s);
    if (digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != digits.npos)
      return std::nullopt;
    std::int64_t n = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), n);
    return n;
  }
  return std::nullopt;
}

// Copies what must outlive the DOM. Reserves once, so that views handed out before stay true.
class Keeper {
 public:
  Keeper(FrameBuffer& buffer, std::size_t most) : text_(buffer.text) {
    text_.clear();
    text_.reserve(most);
  }
  std::string_view keep(std::string_view s) {
    const std::size_t at = text_.size();
    text_.append(s);
    return std::string_view(text_).substr(at);
  }

 private:
  std::string& text_;
};

Frame read_start(const json::object& root) {
  const json::object* start = object_of(root, "start");
  if (start == nullptr) return Bad{BadFrame::garbage, "start without its start object"};
  Start out;
  const std::string_view outer = text_of(root, "streamSid"), inner = text_of(*start, "streamSid");
  if (!outer.empty() && !inner.empty() && outer != inner) return Bad{BadFrame::garbage, "start names two streams"};
  out.stream_sid = outer.empty() ? inner : outer;
  if (out.stream_sid.empty()) return Bad{BadFrame::garbage, "start without a streamSid"};
  out.call_sid = text_of(*start, "callSid");
  if (const json::object* format = object_of(*start, "mediaFormat")) {
    if (const auto encoding = text_of(*format, "encoding"); !encoding.empty()) out.encoding = encoding;
    out.sample_rate = number_of(*format, "sampleRate").value_or(out.sample_rate);
    out.channels = number_of(*format, "channels").value_or(out.channels);
  }
  if (const json::object* parameters = object_of(*start, "customParameters"))
    for (const auto& [key, value] : *parameters)
      out.parameters.emplace_back(std::string_view(key.data(), key.size()),
                                  value.is_string() ? std::string(view(value.get_string())) : json::serialize(value));
  return out;
}

Frame read_media(const json::object& root, std::string_view stream_sid, FrameBuffer& buffer) {
  const json::object* media = object_of(root, "media");
  const json::value* payload = media ? media->if_contains("payload") : nullptr;
  if (payload == nullptr || !payload->is_string()) return Bad{BadFrame::garbage, "media without a payload"};
  const std::string_view encoded = view(payload->get_string());
  if (encoded.size() > base64_length(max_media_bytes)) return Bad{BadFrame::too_long, "media of more than 8000 bytes"};
  const auto size = decode_base64(encoded, buffer.audio);
  if (!size) return Bad{BadFrame::bad_audio, "media payload is not base64 with padding"};
  return Media{.stream_sid = stream_sid,
               .audio = std::span(buffer.audio).first(*size),
               .timestamp_ms = number_of(*media, "timestamp"),
               .inbound = !text_of(*media, "track").starts_with("outbound")};
}

Frame read_dtmf(const json::object& root, std::string_view stream_sid) {
  const json::object* dtmf = object_of(root, "dtmf");
  const std::string_view digit = dtmf ? text_of(*dtmf, "digit") : std::string_view();
  if (digit.size() != 1 || std::string_view("0123456789*#ABCD").find(digit[0]) == std::string_view::npos)
    return Bad{BadFrame::garbage, "dtmf without one digit of 0-9*#A-D"};
  return Dtmf{stream_sid, digit[0]};
}

void append_number(std::string& out, unsigned n) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += "\\u00";
  out += hex[n >> 4 & 15];
  out += hex[n & 15];
}

void append_escaped(std::string& out, std::string_view s) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  while (!s.empty()) {
    const auto run = static_cast<std::size_t>(std::ranges::find_if_not(s, plain) - s.begin());
    out += s.substr(0, run);
    s.remove_prefix(run);
    if (s.empty()) return;
    const std::size_t used = utf8_length(s);
    const auto c = static_cast<unsigned char>(s[0]);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += s[0];
    } else if (c < 0x20) {
      append_number(out, c);
    } else if (used == 0) {
      out += replacement_character;
    } else {
      out += s.substr(0, used);
    }
    s.remove_prefix(std::max<std::size_t>(used, 1));
  }
}

}  // namespace

Frame parse_frame(std::string_view text, FrameBuffer& buffer) {
  if (auto frame = scan_frame(text, buffer)) return std::move(*frame);
  return read_frame(text, buffer);
}

Frame read_frame(std::string_view text, FrameBuffer& buffer) {
  if (text.size() > max_frame_bytes) return Bad{BadFrame::too_long, "message of more than 64 KiB"};
  std::array<unsigned char, 4096> first;  // room for a usual DOM
  json::monotonic_resource memory(first.data(), first.size());
  json::parse_options options;
  options.max_depth = max_depth;
  json::error_code error;
  const json::value value = json::parse(text, error, &memory, options);
  if (error) return Bad{BadFrame::garbage, "not JSON of at most 16 levels"};
  const json::object* root = value.if_object();
  if (root == nullptr) return Bad{BadFrame::garbage, "not a JSON object"};

  Keeper keeper(buffer, text.size());
  const std::string_view event = text_of(*root, "event"), sid = text_of(*root, "streamSid");
  if (event.empty()) return Bad{BadFrame::garbage, "no event"};
  if (sid.size() > max_stream_sid) return Bad{BadFrame::garbage, "streamSid of more than 256 bytes"};
  if (event == "start") return read_start(*root);
  if (event == "connected") return Connected{};
  const std::string_view stream_sid = keeper.keep(sid);
  if (event == "media") return read_media(*root, stream_sid, buffer);
  if (event == "stop") return Stop{stream_sid};
  if (event == "dtmf") return read_dtmf(*root, stream_sid);
  if (event == "mark") {
    const json::object* mark = object_of(*root, "mark");
    const json::value* name = mark ? mark->if_contains("name") : nullptr;
    if (name == nullptr || !name->is_string()) return Bad{BadFrame::garbage, "mark without a name"};
    return Mark{stream_sid, keeper.keep(view(name->get_string()))};
  }
  return Unknown{keeper.keep(event)};
}

void write_media(std::string& out, std::string_view stream_sid, std::span<const std::uint8_t> mulaw) {
  out.reserve(out.size() + stream_sid.size() + base64_length(mulaw.size()) + 64);
  out += R"({"event":"media","streamSid":")";
  append_escaped(out, stream_sid);
  out += R"(","media":{"payload":")";
  append_base64(out, mulaw);
  out += R"("}})";
}

void write_mark(std::string& out, std::string_view stream_sid, std::string_view name) {
  out += R"({"event":"mark","streamSid":")";
  append_escaped(out, stream_sid);
  out += R"(","mark":{"name":")";
  append_escaped(out, name);
  out += R"("}})";
}

void write_clear(std::string& out, std::string_view stream_sid) {
  out += R"({"event":"clear","streamSid":")";
  append_escaped(out, stream_sid);
  out += R"("})";
}

}  // namespace offhook::edge

// Any text: never more than Bad, bounded sound, and the same answer by the fast and the slow path. What is understood
// is written again and read again.
#include <algorithm>
#include <cstdlib>
#include <memory>

#include "edge/twilio_frames.hpp"

namespace {

using namespace offhook::edge;

void require(bool held) {
  if (!held) std::abort();
}

bool same(const Frame& a, const Frame& b) {
  if (a.index() != b.index()) return false;
  if (const auto* m = std::get_if<Media>(&a)) {
    const auto& n = std::get<Media>(b);
    return m->stream_sid == n.stream_sid && m->timestamp_ms == n.timestamp_ms && m->inbound == n.inbound &&
           std::ranges::equal(m->audio, n.audio);
  }
  if (const auto* m = std::get_if<Mark>(&a))
    return m->stream_sid == std::get<Mark>(b).stream_sid && m->name == std::get<Mark>(b).name;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Exact allocations, so that a read beyond the text is seen.
  const std::unique_ptr<char[]> exact(new char[size]);
  std::copy(data, data + size, exact.get());
  const std::string_view text(exact.get(), size);

  FrameBuffer fast_buffer, slow_buffer, again_buffer;
  const auto fast = scan_frame(text, fast_buffer);
  const Frame slow = read_frame(text, slow_buffer);
  require(!fast || same(*fast, slow));
  if (fast) require(std::holds_alternative<Media>(*fast) || std::holds_alternative<Mark>(*fast));

  std::string out;
  if (const auto* media = std::get_if<Media>(&slow)) {
    require(media->audio.size() <= max_media_bytes && (!media->timestamp_ms || *media->timestamp_ms >= 0));
    write_media(out, media->stream_sid, media->audio);
    const auto again = parse_frame(out, again_buffer);
    require(std::holds_alternative<Media>(again) && std::get<Media>(again).stream_sid == media->stream_sid &&
            std::ranges::equal(std::get<Media>(again).audio, media->audio));
  }
  if (const auto* mark = std::get_if<Mark>(&slow)) {
    write_mark(out, mark->stream_sid, mark->name);
    // Escapes may make it longer than a frame may be.
    if (out.size() <= max_frame_bytes) require(same(parse_frame(out, again_buffer), slow));
  }
  // Any bytes as names make well-formed messages.
  out.clear();
  write_mark(out, "M", text);
  if (out.size() <= max_frame_bytes) require(std::holds_alternative<Mark>(read_frame(out, again_buffer)));
  return 0;
}

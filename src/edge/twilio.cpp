#include "edge/twilio.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/ids.hpp"
#include "base/log.hpp"

namespace offhook::edge {
namespace {

// RFC 6455, 7.4.1, and 1013 of the IANA registry.
constexpr std::uint16_t normal = 1000, unsupported = 1003, policy = 1008, try_later = 1013;

// A close frame carries at most 125 bytes, two of them the code; a cut never splits a character.
std::string_view fitting(std::string_view reason) {
  constexpr std::size_t room = 123;
  if (reason.size() <= room) return reason;
  std::size_t end = room;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0) == 0x80) --end;
  return reason.substr(0, end);
}

std::string_view parameter(const Start& start, std::string_view name) {
  const auto found = std::ranges::find(start.parameters, name, &std::pair<std::string, std::string>::first);
  return found == start.parameters.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

void TwilioEdge::open(std::shared_ptr<net::WebSocket> socket, call::Answer answer, std::string agent, EdgeStats& stats,
                      TwilioLimits limits) {
  auto edge =
      std::make_shared<TwilioEdge>(Private{}, std::move(socket), std::move(answer), std::move(agent), stats, limits);
  edge->self_ = edge;
  edge->socket_->set_handler(edge.get());
}

TwilioEdge::TwilioEdge(Private, std::shared_ptr<net::WebSocket> socket, call::Answer answer, std::string agent,
                       EdgeStats& stats, TwilioLimits limits)
    : socket_(std::move(socket)),
      loop_(socket_->loop()),
      answer_(std::move(answer)),
      agent_(std::move(agent)),
      stats_(stats),
      limits_(limits),
      start_timer_(loop_, [this] {
        ++stats_.starts_missed;
        close(policy, "no start message in time");
      }) {
  ++stats_.sockets;
  ++stats_.live;
  start_timer_.after(limits_.start);
}

TwilioEdge::~TwilioEdge() {
  line_.reset();  // while the wire it may still call is whole
  --stats_.live;
}

void TwilioEdge::on_text(std::string_view text) {
  assert(loop_.is_home());
  if (state_ != State::waiting && state_ != State::up) return;
  ++stats_.frames_in;
  FrameBuffer buffer;
  Frame frame = parse_frame(text, buffer);
  std::visit([this](auto& message) { take(message); }, frame);
}

void TwilioEdge::on_binary(std::string_view) {
  assert(loop_.is_home());
  if (state_ != State::waiting && state_ != State::up) return;
  ++stats_.frames_in;
  drop(BadFrame::binary, "binary frame");
}

void TwilioEdge::on_closed(bool clean, std::string_view why) {
  assert(loop_.is_home());
  if (state_ == State::gone) return;
  state_ = State::gone;
  start_timer_.cancel();
  socket_->set_handler(nullptr);
  if (why.starts_with(net::WebSocket::flooded)) {
    count_flood(why);
    why_ = why_.empty() ? std::string(why) : why_;
  }
  end_line(why_.empty() ? (clean ? "the carrier closed the socket: " : "the socket broke: ") + std::string(why) : why_);
  loop_.post(
      [self = std::exchange(self_, nullptr)] {});  // never inside the socket's own callback; behind end_line's task
}

void TwilioEdge::take(Start& start) {
  if (state_ == State::up) return drop(BadFrame::second_start, "second start");
  start_timer_.cancel();
  if (start.encoding != "audio/x-mulaw" || start.sample_rate != 8000 || start.channels != 1) {
    ++stats_.calls_refused;
    log::warn("call_refused", {{"edge", "twilio"},
                               {"found", start.encoding},
                               {"hz", start.sample_rate},
                               {"channels", start.channels},
                               {"expected", "audio/x-mulaw, 8000 Hz, 1 channel"}});
    return close(unsupported, "this stream's sound is not audio/x-mulaw, 8000 Hz, 1 channel");
  }
  state_ = State::up;
  stream_sid_ = std::move(start.stream_sid);
  call::CallStart call{.call_id = new_call_id(),
                       .stream_id = stream_sid_,
                       .carrier_call_id = std::move(start.call_sid),
                       .agent = agent_,
                       .from = std::string(parameter(start, "from")),
                       .to = std::string(parameter(start, "to")),
                       .parameters = {},
                       .edge = twilio_traits};
  call.parameters = std::move(start.parameters);
  call_id_ = call.call_id;
  auto line = answer_(loop_, std::move(call), *this);
  answer_ = nullptr;
  if (!line || !*line) {
    const std::string why = line ? "no line" : line.error().what;
    ++stats_.calls_refused;
    log::warn(call_id_, "call_refused", {{"edge", "twilio"}, {"why", why}});
    return close(try_later, why);
  }
  ++stats_.calls;
  line_ = std::move(*line);  // if the call has hung up meanwhile, on_closed ends it
}

void TwilioEdge::take(const Media& media) {
  if (!belongs(media.stream_sid)) return;
  if (!media.inbound || media.audio.empty()) return;
  if (!sound_.take(loop_.now(), static_cast<double>(media.audio.size()))) {
    constexpr std::string_view why = "more sound came than anyone speaks";
    count_flood(why);
    end_line(why);
    return close(policy, why);
  }
  ++stats_.media_in;
  const std::uint64_t gaps = position_.gaps();
  const std::int64_t sample = position_.place(media.timestamp_ms, media.audio.size());
  if (position_.gaps() != gaps) ++stats_.media_gaps;
  line_->on_audio(media.audio, sample);
}

void TwilioEdge::take(const Dtmf& dtmf) {
  if (belongs(dtmf.stream_sid)) line_->on_digit(dtmf.digit);
}

void TwilioEdge::take(const Mark& mark) {
  if (belongs(mark.stream_sid)) line_->on_mark(mark.name);
}

void TwilioEdge::take(const Stop& stop) {
  if (!belongs(stop.stream_sid)) return;
  end_line("the carrier ended the stream");
  close(normal, "stop received");
}

void TwilioEdge::take(const Unknown&) {
  ++stats_.unknown_events;
}

void TwilioEdge::take(const Bad& bad) {
  drop(bad.kind, bad.why);
}

bool TwilioEdge::belongs(std::string_view stream_sid) {
  if (state_ != State::up) {
    drop(BadFrame::early, "message before start");
    return false;
  }
  if (stream_sid != stream_sid_) {
    drop(BadFrame::wrong_stream, "message of another streamSid");
    return false;
  }
  return true;
}

void TwilioEdge::drop(BadFrame kind, std::string_view why) {
  ++stats_.bad(kind);
  if (++bad_frames_ <= limits_.bad_frames) return;
  ++stats_.misbehaved;
  const std::string reason = "too many bad frames, the last: " + std::string(why);
  log::warn(call_id_, "call_misbehaved", {{"edge", "twilio"}, {"bad_frames", bad_frames_}, {"last", why}});
  end_line(reason);
  close(policy, reason);
}

void TwilioEdge::count_flood(std::string_view why) {
  ++stats_.floods;
  log::warn(call_id_, "call_flooded", {{"edge", "twilio"}, {"why", why}});
}

void TwilioEdge::send_audio(std::span<const std::uint8_t> mulaw) {
  while (!mulaw.empty() && state_ == State::up) {
    const auto part = mulaw.first(std::min(mulaw.size(), max_media_bytes));
    mulaw = mulaw.subspan(part.size());
    std::string message;
    write_media(message, stream_sid_, part);
    ++stats_.media_out;
    send(std::move(message));
  }
}

void TwilioEdge::send_mark(std::string_view name) {
  std::string message;
  write_mark(message, stream_sid_, name);
  send(std::move(message));
}

void TwilioEdge::clear() {
  std::string message;
  write_clear(message, stream_sid_);
  send(std::move(message));
}

void TwilioEdge::hang_up(std::string_view why) {
  if (state_ != State::up) return;
  why_ = why.empty() ? "hung up" : why;
  close(normal, why_);
}

void TwilioEdge::send(std::string message) {
  assert(loop_.is_home());
  if (state_ != State::up) return;
  const auto sent = socket_->send_text(std::move(message));
  if (sent || sent.error().code != Errc::full) return;  // closed: on_closed is on its way
  ++stats_.slow_readers;
  log::warn(call_id_, "slow_reader", {{"edge", "twilio"}, {"why", sent.error().what}});
  end_line("slow reader");
  close(try_later, "slow reader");
}

void TwilioEdge::close(std::uint16_t code, std::string_view reason) {
  assert(loop_.is_home());
  if (state_ == State::ending || state_ == State::gone) return;
  state_ = State::ending;
  start_timer_.cancel();
  socket_->close(code, fitting(reason));
}

void TwilioEdge::end_line(std::string_view why) {
  if (why_.empty()) why_ = why;
  loop_.post([self = shared_from_this()] {
    if (const auto line = std::move(self->line_)) line->on_hangup(self->why_);
  });
}

}  // namespace offhook::edge

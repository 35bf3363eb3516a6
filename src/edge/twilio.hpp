// One phone call over Twilio Media Streams: the socket on one side, the call's Line on the other.
//
//   waiting ── start, answered ──▶ up ── stop · hang_up · slow reader · misbehaviour ──▶ ending ── on_closed ──▶ gone
//      └────── refused · no start in time · misbehaviour ───────────────────────────────────┘
//
// Ownership: the edge owns its socket, its Line and itself, from open() until a task posted by the socket's on_closed,
// which net::WebSocket gives always and last (a close is bounded at 5 s). The Line is told on_hangup exactly once and
// destroyed right behind, always from a task of its own, never from inside one of its calls. EdgeStats::live falls when
// an edge is gone; who stops the loops waits for 0 first. Home thread only, as everything here.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/token_bucket.hpp"
#include "call/wire.hpp"
#include "edge/edge_stats.hpp"
#include "edge/media_position.hpp"
#include "edge/twilio_frames.hpp"
#include "net/http.hpp"
#include "net/loop.hpp"

namespace offhook::edge {

struct TwilioLimits {
  Duration start = 10s;           // from the open socket to its start message
  std::uint64_t bad_frames = 50;  // one more closes the call; a carrier sends none
  // Of the caller's sound, in samples. Faster than it is spoken it comes only after a stall, and a call without sound
  // for ten seconds has ended.
  TokenBucket::Limits sound = {.rate = 1.5 * 8000, .burst = 15 * 8000};
};

inline constexpr call::EdgeTraits twilio_traits{.rate = 8000, .frame = 160, .marks = true, .clear = true};

class TwilioEdge final : public net::WebSocket::Handler,
                         public call::Wire,
                         public std::enable_shared_from_this<TwilioEdge> {
  struct Private {};

 public:
  // Takes a socket that has just opened. `agent` is the NAME of /phone/NAME, or empty. `stats` outlives the edge.
  static void open(std::shared_ptr<net::WebSocket> socket, call::Answer answer, std::string agent, EdgeStats& stats,
                   TwilioLimits limits = {});

  TwilioEdge(Private, std::shared_ptr<net::WebSocket> socket, call::Answer answer, std::string agent, EdgeStats& stats,
             TwilioLimits limits);
  ~TwilioEdge() override;
  TwilioEdge(const TwilioEdge&) = delete;
  TwilioEdge& operator=(const TwilioEdge&) = delete;

  // net::WebSocket::Handler
  void on_text(std::string_view text) override;
  void on_binary(std::string_view bytes) override;
  void on_closed(bool clean, std::string_view why) override;

  // call::Wire
  void send_audio(std::span<const std::uint8_t> mulaw) override;
  void send_mark(std::string_view name) override;
  void clear() override;
  void hang_up(std::string_view why) override;

 private:
  enum class State { waiting, up, ending, gone };

  void take(const Connected&) {}
  void take(Start& start);
  void take(const Media& media);
  void take(const Dtmf& dtmf);
  void take(const Mark& mark);
  void take(const Stop& stop);
  void take(const Unknown& unknown);
  void take(const Bad& bad);

  bool belongs(std::string_view stream_sid);  // or counts the frame as bad
  void drop(BadFrame kind, std::string_view why);
  void count_flood(std::string_view why);
  void send(std::string message);
  void close(std::uint16_t code, std::string_view reason);
  void end_line(std::string_view why);  // on_hangup and its destruction, soon; the first reason stands

  std::shared_ptr<TwilioEdge> self_;  // until gone
  std::shared_ptr<net::WebSocket> socket_;
  net::Loop& loop_;
  call::Answer answer_;
  const std::string agent_;
  EdgeStats& stats_;
  const TwilioLimits limits_;
  net::Timer start_timer_;

  State state_ = State::waiting;
  std::string stream_sid_;
  std::string call_id_;  // once answered
  std::string why_;      // why it ended, from whoever ended it
  MediaPosition position_;
  TokenBucket sound_{limits_.sound};
  std::uint64_t bad_frames_ = 0;
  std::unique_ptr<call::Line> line_;
};

}  // namespace offhook::edge

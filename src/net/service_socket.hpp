// A WebSocket to a service that is spoken to from the moment it is asked for: what is sent before it is open waits, in
// order and bounded. One connection, never another: who wants it back opens a new one. Home thread only.
//
//   open() ── resolve, connect, TLS, upgrade ──▶ opened ── text, binary … ──▶ closed
//   send ─ send ─ (these wait) ───────────────▶ sent
//     └──────────── open_within ──────────────┘
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http_client.hpp"  // and errc_of_status()
#include "net/loop.hpp"

namespace offhook::net {

class ServiceSocket {
 public:
  struct Options {
    std::string name;  // for errors: "deepgram"
    std::string url;   // ws:// or wss://, query included; errors show it without its query
    Headers headers;
    std::string secret;  // cut out of every error
    Duration open_within = 3s;
    Duration idle_timeout = 20s;  // silent for half of it: pinged; for all of it: cut
    Duration silence{};           // > 0: who is waited for (see expect()) and says nothing for so long is cut
    std::size_t most_waiting = WebSocket::max_queued;  // bytes sent before it is open, 64 more for each message; not
                                                       // more than this, since all of it is handed over at once then
    std::size_t max_message = 4u << 20;                // bytes
  };
  // Callbacks come on the loop, never from inside a member. Any of them may destroy the socket. `closed` is the last,
  // exactly once: errc_of_status() of a refusal (refused, not_found, full, invalid, unavailable; with retry_after where
  // that was said), unavailable (nobody there), timeout (not open in time, or silent), closed (it closed: its code and
  // reason; or the connection broke), full (a send said so).
  struct Sink {
    std::function<void()> opened;                        // optional
    std::function<void(std::string_view text)> text;     // optional
    std::function<void(std::string_view bytes)> binary;  // optional
    std::function<void(Error why)> closed;
  };
  static std::unique_ptr<ServiceSocket> open(Loop& loop, HttpClient& http, Options options, Sink sink);
  virtual ~ServiceSocket() = default;  // cuts the connection, unless close() came before; nothing is called back

  // Errc::full: more than the bound waits (before it is open, or because the service does not read). A stream with a
  // gap is worth nothing more: the connection is cut, and `closed` follows. Errc::closed: it has closed; nothing is
  // ever sent on a closed socket.
  virtual Result<void> send_text(std::string text) = 0;
  virtual Result<void> send_binary(std::string bytes) = 0;
  // An answer is due within Options::silence from now (from the opening, if it is not open yet). Whatever comes is the
  // answer: who waits for more says so again. While one is due a second call changes nothing. expect(false): none is
  // due.
  virtual void expect(bool due = true) = 0;
  // The closing handshake, after all that was sent. Not open yet: the attempt is given up, and nothing is sent, since
  // nobody would hear the answer. Nothing is called back any more; the object may be destroyed at once.
  virtual void close() = 0;

  virtual bool is_open() const = 0;
  virtual Time last_sent() const = 0;  // when the last message was handed over, or it opened: for keep-alives
};

}  // namespace offhook::net

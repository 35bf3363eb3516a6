// HTTP messages and the two services a server is made of, without any of the library behind them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "net/loop.hpp"

namespace offhook::net {

using Headers = std::vector<std::pair<std::string, std::string>>;  // in order; names as sent, compared without case

std::string_view find_header(const Headers& headers, std::string_view name);  // the first; empty if absent
bool same_name(std::string_view a, std::string_view b);                       // of headers: without case, ASCII
// Whether they can be sent as they stand: the name a token, the value without line breaks and other controls.
bool fits_header(std::string_view name, std::string_view value);
// What the status of a response means to whoever asked: 401, 402, 403 refused; 404 not_found; 408 timeout; 429 full;
// 5xx unavailable; other invalid.
Errc errc_of_status(int status);

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  // path and query as received, percent-encoding kept
  Headers headers;
  std::string body;
  std::string peer;  // numeric address of the other end of the socket, no port
  bool tls = false;

  std::string_view header(std::string_view name) const;  // empty if absent
  std::string_view path() const;                         // target up to '?'
  std::string_view query() const;                        // behind '?', or empty
};

// "a=1&b=x%20y" → {{"a","1"},{"b","x y"}}; '+' is a space. Broken escapes are kept as they stand.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);

// The body of a response that is sent as it is made, in chunks. Lives on its loop; everything here is for that thread
// only.
class ResponseBody {
 public:
  virtual ~ResponseBody() = default;  // without end(): the connection is cut
  // Queues bytes. The response's head goes out with the first call, also with an empty one. Errc::full when more than
  // `max_queued` bytes wait (a client that does not read), closed after end() or when the client has gone.
  virtual Result<void> write(std::string bytes) = 0;
  virtual void end() = 0;
  // Called once, and never from inside a member, if the client goes before end(). May destroy the body.
  virtual void on_gone(std::function<void()> gone) = 0;

  static constexpr std::size_t max_queued = 1 << 20;
};

struct HttpResponse {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  Headers headers;
  std::function<void(std::shared_ptr<ResponseBody>)> streamed = {};  // set: takes the place of `body`; called soon
};

// An open WebSocket, server's or client's. Lives on its loop; everything here is for that thread only.
class WebSocket {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void on_text(std::string_view text) = 0;
    virtual void on_binary(std::string_view bytes) = 0;
    // Last call. `why` is the peer's close code and reason ("code 1000: bye") or the socket's error; `clean` only after
    // a closing handshake. The socket may be destroyed inside any of these.
    virtual void on_closed(bool clean, std::string_view why) = 0;
  };

  virtual ~WebSocket() = default;  // without close(): the connection is cut
  virtual Loop& loop() = 0;
  // Reading begins with the first one. nullptr: nothing is delivered any more, what comes is dropped. May be called
  // inside a callback.
  virtual void set_handler(Handler* handler) = 0;
  // Queues one text message. Errc::full when more than `max_queued` bytes wait (a reader that does not read), closed
  // after close. The caller decides what a full queue means; nothing is dropped silently.
  virtual Result<void> send_text(std::string text) = 0;
  virtual Result<void> send_binary(std::string bytes) = 0;
  // Sends what is queued, then closes; bounded at 5 s, also when the socket is destroyed meanwhile. From now on nothing
  // but on_closed is delivered. `reason` is cut at 123 bytes.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  // For good: what the other side sends from now on waits in its own buffers, pings included. Sending goes on.
  virtual void stop_reading() {}

  static constexpr std::size_t max_queued = 1 << 20;
  // How `why` begins when the peer has vanished: silent for the whole of its idle timeout.
  static constexpr std::string_view unanswered_ping = "the other side did not answer a ping";
  // … and when it sent more than a server's limits allow.
  static constexpr std::string_view flooded = "the other side sends too much";
};

// What a server does with requests. Called on the loop that the connection lives on.
class Service {
 public:
  using Respond = std::function<void(HttpResponse)>;  // at most once, on the same loop; dropping it answers 500
  using Accept = std::function<void(std::shared_ptr<WebSocket>)>;

  virtual ~Service() = default;
  virtual void serve(Loop& loop, HttpRequest request, Respond respond) = 0;
  // A WebSocket upgrade: either the refusal, or what to do with the socket once it is open.
  virtual std::variant<HttpResponse, Accept> upgrade(Loop& loop, const HttpRequest& request) = 0;
};

}  // namespace offhook::net

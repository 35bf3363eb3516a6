// HTTP and WebSocket clients, plain or TLS by the URL's scheme. One object per loop; keeps warm connections per host.
// Callbacks come on the loop, never from inside the call that started them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "net/event_loop.hpp"
#include "net/http.hpp"

namespace offhook::net {

// Work under way. Destroying it cancels: the connection is closed, no callback comes any more.
class Pending {
 public:
  virtual ~Pending() = default;
};

struct HttpCall {
  std::string method = "POST";
  std::string url;  // http:// or https://
  Headers headers;
  std::string body;
  Deadline deadline;                // for the whole exchange
  Duration connect_timeout = 3s;    // resolving, connecting, TLS
  std::size_t max_body = 8u << 20;  // of the response; more is an error
  std::string ca_file;              // PEM; empty: the system's authorities
  // Asked of each address that the host resolves to, as numbers, before it is connected to; and of a kept connection's.
  // Where none may be connected to: Errc::refused. Empty: all may.
  std::function<bool(const std::string& address)> admits = {};
};

struct HttpSink {
  std::function<void(int status, const Headers& headers)> head;  // optional
  std::function<void(std::string_view chunk)> body;              // as it arrives, cut anywhere
  std::function<void(Result<void>)> done;                        // last, exactly once; ok even for status 500
};

class HttpClient {
 public:
  static std::unique_ptr<HttpClient> create(EventLoop& loop);
  virtual ~HttpClient() = default;

  virtual std::unique_ptr<Pending> send(HttpCall call, HttpSink sink) = 0;
  // Opens a connection to the URL's host and keeps it for the next send (at most 4 idle a host, 50 s each). Says
  // nothing if it cannot: the send will.
  virtual void warm(const std::string& url) = 0;

  struct SocketCall {
    std::string url;  // ws:// or wss://
    Headers headers;
    Deadline deadline;  // to the end of the opening handshake
    std::size_t max_message = 4u << 20;
    Duration idle_timeout = 60s;  // silent for half of it: pinged; for all of it: cut
    std::string ca_file;          // PEM; empty: the system's authorities
  };
  // A refusal by HTTP is errc_of_status(its status), with the status, what a vendor's own header says of it, the first
  // 200 bytes of its body, and retry_after.
  virtual std::unique_ptr<Pending> connect(SocketCall call,
                                           std::function<void(Result<std::shared_ptr<WebSocket>>)> done) = 0;
};

}  // namespace offhook::net

// One acceptor for all loops: a connection goes to the loop with the fewest, and stays there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "base/token_bucket.hpp"
#include "net/event_loop.hpp"
#include "net/http.hpp"

namespace offhook::net {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;             // 0: any free one, see HttpServer::port()
  std::string tls_certificate, tls_key;  // PEM files; both empty: plain
  std::size_t max_body = 1 << 20;        // bytes of a request body; more is 413
  std::size_t max_message = 1 << 16;     // bytes of a WebSocket message; more closes the socket with 1009
  std::size_t max_connections = 4096;    // beyond: closed at once and counted
  Duration header_timeout = 10s;         // to the end of a request's header
  Duration idle_timeout = 60s;           // of a kept-alive connection; WebSockets are pinged at half of it
  // Of what one WebSocket sends; more closes it with 1008, or cuts it. Unset: any amount.
  TokenBucket::Limits messages = {}, bytes = {};
};

class HttpServer {
 public:
  // Binds and listens; accepts only after start(). A taken port is an error that names it. `taken`: a socket that
  // listens already, of another process that has shared it; it must be the one of these options.
  static Result<std::unique_ptr<HttpServer>> listen(std::vector<EventLoop*> loops, ServerOptions options,
                                                    Service& service, Descriptor taken = {});
  // Closes what is still open; nothing of `service` is called any more. The loops must still be there, running or
  // ended; one that hangs is waited for no longer than 5 s.
  virtual ~HttpServer() = default;

  virtual void start() = 0;
  // Any thread. WebSockets live on; other connections are closed behind their next answer, so that who would keep one
  // for its next request finds whoever listens then.
  virtual void stop_accepting() = 0;
  // A copy of the listening socket, for another process to accept from. Not from the server's loops; bounded at 5 s.
  virtual Result<Descriptor> share() = 0;
  virtual std::uint16_t port() const = 0;
  virtual std::size_t connections() const = 0;    // open now, any thread
  virtual std::uint64_t turned_away() const = 0;  // closed at once for max_connections, any thread
};

}  // namespace offhook::net

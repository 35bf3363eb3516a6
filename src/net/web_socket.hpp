// WebSockets over a Stream, for server and client alike; without permessage-deflate. For the files of net/ only.
#pragma once

#include <memory>

#include "base/token_bucket.hpp"
#include "net/http.hpp"
#include "net/stream.hpp"
#include "net/url.hpp"

namespace offhook::net {

struct WebSocketLimits {
  std::size_t max_message = 1 << 16;  // bytes of one message from the other side; more closes with 1009
  Duration idle_timeout = 60s;        // silent for half of it: pinged; for all of it: cut
  // Beyond: closed with 1008, and cut a moment later. Messages, pings and pongs; bytes as they come off the wire.
  TokenBucket::Limits messages = {}, bytes = {};
};

// Answers the upgrade that `request` asks for. `lease` is held until the connection has ended. On an error Beast has
// answered with the status that fits.
Awaitable<Result<std::shared_ptr<WebSocket>>> accept_web_socket(std::shared_ptr<Stream> stream,
                                                                const HttpRequest& request, WebSocketLimits limits,
                                                                std::shared_ptr<void> lease);

// Asks for an upgrade. A server that answers, but not with 101: errc_of_status() and what it said.
Awaitable<Result<std::shared_ptr<WebSocket>>> connect_web_socket(std::shared_ptr<Stream> stream, const Url& url,
                                                                 const Headers& headers, WebSocketLimits limits);

}  // namespace offhook::net

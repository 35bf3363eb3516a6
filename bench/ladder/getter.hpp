// GET, waited for.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"

namespace offhook::ladder {

class Getter {
 public:
  Getter();
  ~Getter();

  // The body of a 200; any other status is an error. Blocks for `patience` at most. Not from a loop.
  Result<std::string> get(const std::string& url, Duration patience = 3s);

 private:
  net::EventLoop loop_{"get"};
  std::unique_ptr<net::HttpClient> http_;
};

// Where a server tells of itself: ws://HOST:PORT/phone/NAME and "/metrics" become http://HOST:PORT/metrics.
Result<std::string> beside(const std::string& socket_url, const std::string& path);

}  // namespace offhook::ladder

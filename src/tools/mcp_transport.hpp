// How the messages of one session reach an MCP server and come back: over HTTP (mcp_http.hpp) or through the pipes of a
// process (mcp_stdio.hpp). One object a session; another session is another object. Home thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "net/http.hpp"
#include "tools/address_policy.hpp"

namespace offhook::tools {

// As the agent's file names it: a command, or a URL.
struct McpAddress {
  std::string name = {};
  std::vector<std::string> command = {};                              // a program and its arguments; empty: `url`
  std::vector<std::pair<std::string, std::string>> environment = {};  // of the program, beside PATH and HOME
  std::string url = {};
  net::Headers headers = {};              // with each request
  AddressPolicy addresses = {};           // where requests may go beside public addresses
  std::vector<std::string> secrets = {};  // values of `environment` and `headers`: in no log, and never told to a model
};

class McpTransport {
 public:
  // Each may destroy the transport, and none is called from inside a member of it.
  struct Sink {
    std::function<void(std::string_view text)> message;
    // No answer to that request will come. Errc::not_found: the server no longer knows this session, and has not
    // looked at the request.
    std::function<void(std::int64_t id, Error why)> failed;
    std::function<void(Error why)> lost;  // last: the session is over
  };

  virtual ~McpTransport() = default;  // ends at once, also what is under way
  // `id`: of a request, which must be answered by `deadline`; negative: a notification, or an answer of ours.
  virtual void send(std::int64_t id, std::string message, Deadline deadline) = 0;
  virtual void agreed(std::string_view revision) = 0;  // upon the answer to initialize
  virtual void close(std::function<void()> done) = 0;  // politely, 2 s at most; nothing else is told from here on
};

}  // namespace offhook::tools

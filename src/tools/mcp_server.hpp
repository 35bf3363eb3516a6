// One MCP server as an agent sees it: a session is begun, its tools are listed, and both again, with a growing delay,
// whenever the session ends. One for all calls of an agent; lives on one loop.
//
//   start   initialize   tools/list   ready ──────── lost   initialize …   ready
//   ──┬──────────┬───────────┬──────────┬─────────────┬──────────────────────┬──
//     no tools              …          its tools      its tools; calls wait for the next session
//
// Tools stay while one attempt at a next session is made, and go when it fails: until then a call waits.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/http_client.hpp"
#include "net/loop.hpp"
#include "tools/mcp_transport.hpp"
#include "tools/tool.hpp"

namespace offhook::tools {

struct McpTool {
  enum class Effect { unknown, none, idempotent };
  std::string name, description;
  std::string parameters;           // JSON text of a schema; any keyword may stand in it
  Effect effect = Effect::unknown;  // as the server says
  friend bool operator==(const McpTool&, const McpTool&) = default;
};

class McpServer {
 public:
  using Connect = std::function<std::unique_ptr<McpTransport>(McpTransport::Sink sink)>;  // begins a session
  struct Limits {
    Duration greeting = 60s;  // to the end of its list: a package may have to be fetched first
    std::size_t calls = 64;   // at once; more are refused
  };

  McpServer(net::Loop& loop, const McpAddress& address, Connect connect);
  McpServer(net::Loop& loop, const McpAddress& address, Connect connect, Limits limits);
  ~McpServer();

  // `changed`: its tools are others than before, or the first attempt has come to its end, one way or the other. Never
  // from inside a member; must not destroy this.
  void start(std::function<void()> changed);
  void stop(std::function<void()> done);  // 2 s at most; for good

  const std::string& name() const;
  const std::vector<McpTool>& tools() const;
  const std::vector<std::string>& left_out() const;  // of its list: "NAME: why"
  bool tried() const;                                // the first attempt has come to its end
  const std::string& why() const;                    // it is not ready; or empty

  // What a toolbox of any loop calls it with. Cheap to copy; may outlive the server.
  class Caller {
   public:
    struct Call {
      std::string who;  // for the log
      std::string tool;
      std::string arguments;  // JSON text of an object
      Duration timeout{};
    };
    // `done` comes once, `here`, never from inside, and not after the handle is destroyed, which cancels; `progress`
    // any number of times before it, with the server's own words.
    std::unique_ptr<net::Pending> call(net::Loop& here, Call call, std::function<void(Told)> done,
                                       std::function<void(std::string)> progress = nullptr) const;

   private:
    friend class McpServer;
    class Errand;
    net::Loop* home_ = nullptr;
    std::weak_ptr<class McpSessions> server_;
  };
  Caller caller() const;

 private:
  net::Loop& loop_;
  std::shared_ptr<class McpSessions> sessions_;
};

}  // namespace offhook::tools

// Runs what a model has called: holds the arguments to the tool's schema, sends the request, searches or asks the MCP
// server, reads the answer. One for an agent and loop; shared by its calls.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "knowledge/knowledge.hpp"
#include "net/http_client.hpp"
#include "tools/mcp_server.hpp"
#include "tools/tool.hpp"

namespace offhook::tools {

// A tool of an MCP server: as a model calls it, and whom that asks.
struct RemoteTool {
  std::string name;
  std::string parameters;  // JSON text of a schema; what of it cannot be checked is not
  Duration timeout{};
  McpServer::Caller server;
  std::string called;  // what the server calls it
};

class Toolbox {
 public:
  // The client's connections may be shared with others: each is asked for its address again.
  Toolbox(net::Loop& loop, net::HttpClient& http, const std::vector<Tool>& tools);
  ~Toolbox();

  // The tool of that name searches this, which outlives the toolbox.
  void search(std::string_view name, knowledge::Knowledge& in);

  // What is known by these names from now on, beside all others: a call that was told of a tool which has gone since
  // may still ask for it.
  void know(std::vector<RemoteTool> tools);

  // `done` comes once, on the loop, never from inside; not after the handle is destroyed, which cancels. `progress` may
  // come before it, where the tool tells any. `who` is for the log.
  std::unique_ptr<net::Pending> call(const std::string& who, std::string_view name, std::string_view arguments,
                                     std::function<void(Told)> done,
                                     std::function<void(std::string)> progress = nullptr);

 private:
  struct Known;
  struct Remote;
  net::Loop& loop_;
  net::HttpClient& http_;
  std::vector<Known> tools_;
  std::map<std::string, Remote, std::less<>> remote_;
};

}  // namespace offhook::tools

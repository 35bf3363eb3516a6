// The MCP servers of all agents, and what these offer at the moment. One process or session for an agent and server,
// however many calls there are. Lives on one loop.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "server/agent_file.hpp"
#include "server/agent_mcp.hpp"
#include "tools/mcp_server.hpp"

namespace offhook::server {

class McpServers {
 public:
  // `changed`: what an agent's servers offer is something else than before. Never from inside a member.
  McpServers(net::EventLoop& loop, net::HttpClient& http, const std::vector<AgentFile>& agents,
             std::function<void(std::size_t agent)> changed);
  ~McpServers();

  // `settled` comes once: every server has listed its tools or failed to, or `patience` is over. Nothing is offered
  // before; those that failed are tried again.
  void start(Duration patience, std::function<void()> settled);
  void stop(std::function<void()> done);  // some 2 s at most

  const McpOffer& offer(std::size_t agent) const { return agents_[agent].offer; }
  std::vector<const tools::McpServer*> servers(std::size_t agent) const;
  tools::McpServer::Caller caller(std::size_t agent, std::size_t server) const;

 private:
  struct One {
    const AgentFile* file;
    std::vector<std::unique_ptr<tools::McpServer>> servers;
    McpNames names;
    McpOffer offer;
  };
  void listed(std::size_t agent);
  void settle();
  void offer_anew(std::size_t agent);

  net::Loop& loop_;
  std::vector<One> agents_;
  std::function<void(std::size_t)> changed_;
  std::function<void()> settled_;  // null: all have settled
  net::Timer patience_;
};

}  // namespace offhook::server

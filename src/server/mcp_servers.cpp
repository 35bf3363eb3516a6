#include "server/mcp_servers.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "tools/mcp_http.hpp"
#include "tools/mcp_stdio.hpp"

namespace offhook::server {

McpServers::McpServers(net::EventLoop& loop, net::HttpClient& http, const std::vector<AgentFile>& agents,
                       std::function<void(std::size_t)> changed)
    : loop_(loop), changed_(std::move(changed)), patience_(loop, [this] { settle(); }) {
  for (const AgentFile& file : agents) {
    One& one = agents_.emplace_back(One{&file, {}, {}, {}});
    for (const McpEntry& entry : file.mcp) {
      const tools::McpAddress& address = entry.address;
      const auto connect = [&loop, &http, &address](tools::McpTransport::Sink sink) {
        return address.url.empty() ? tools::connect_mcp_stdio(loop, address, std::move(sink))
                                   : tools::connect_mcp_http(loop, http, address, std::move(sink));
      };
      one.servers.push_back(std::make_unique<tools::McpServer>(loop, address, connect));
    }
  }
}

McpServers::~McpServers() = default;

void McpServers::start(Duration patience, std::function<void()> settled) {
  settled_ = std::move(settled);
  patience_.after(patience);
  for (std::size_t i = 0; i < agents_.size(); ++i)
    for (auto& server : agents_[i].servers) server->start([this, i] { listed(i); });
}

void McpServers::stop(std::function<void()> done) {
  patience_.cancel();
  std::size_t count = 0;
  for (const One& one : agents_) count += one.servers.size();
  if (count == 0) return loop_.post(std::move(done));
  const auto left = std::make_shared<std::size_t>(count);
  for (One& one : agents_)
    for (auto& server : one.servers)
      server->stop([left, done] {
        if (--*left == 0) done();
      });
}

// At the start all are named together: what a tool is called does not follow from who was first.
void McpServers::listed(std::size_t agent) {
  if (!settled_) return offer_anew(agent);
  const bool all_tried = std::ranges::all_of(agents_, [](const One& one) {
    return std::ranges::all_of(one.servers, [](const auto& server) { return server->tried(); });
  });
  if (all_tried) settle();
}

void McpServers::settle() {
  patience_.cancel();
  for (std::size_t i = 0; i < agents_.size(); ++i)
    if (!agents_[i].servers.empty()) offer_anew(i);
  std::exchange(settled_, nullptr)();
}

void McpServers::offer_anew(std::size_t agent) {
  One& one = agents_[agent];
  std::vector<std::vector<tools::McpTool>> lists;
  for (const auto& server : one.servers) lists.push_back(server->tools());
  one.offer = offered(one.file->mcp, lists, one.file->agent.tools, one.names);
  for (const std::string& left_out : one.offer.left_out)
    log::warn("mcp_tool_left_out", {{"agent", one.file->agent.name}, {"tool", left_out}});
  changed_(agent);
}

std::vector<const tools::McpServer*> McpServers::servers(std::size_t agent) const {
  std::vector<const tools::McpServer*> out;
  for (const auto& server : agents_[agent].servers) out.push_back(server.get());
  return out;
}

tools::McpServer::Caller McpServers::caller(std::size_t agent, std::size_t server) const {
  return agents_[agent].servers[server]->caller();
}

}  // namespace offhook::server

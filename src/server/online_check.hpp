// Do an agent's services answer, with these keys and these models? Asked of each, the fallbacks too, before any call:
// `offhook check --online FILE`. Each is asked for as little as shows it, which costs next to nothing.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/agent_file.hpp"

namespace offhook::server {

struct OnlineCheck {
  std::string kind, service;  // "stt", "deepgram nova-3"
  Result<void> result;        // the service's own words, where it has any
  Duration took{};            // until it was certain
};

// All at once; blocks for 10 s at most. What runs on this machine is not asked.
std::vector<OnlineCheck> check_online(const AgentFile& agent);

// The agent's MCP servers and what they offer: those that are commands are started, and ended again.
struct McpCheck {
  std::string server;
  std::string why;                 // it offers nothing; or empty
  std::vector<std::string> tools;  // "find (without effect)", as a model is told of them
  std::vector<std::string> left_out;
};
// All at once; blocks for a minute at most: a package may have to be fetched first.
std::vector<McpCheck> check_mcp(const AgentFile& agent);

}  // namespace offhook::server

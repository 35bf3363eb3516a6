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

}  // namespace offhook::server

// `offhook serve`: from configuration to a server that takes calls, and from a signal to its end.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "server/agent_file.hpp"
#include "server/config.hpp"

namespace offhook::server {

// Blocks until SIGINT or SIGTERM, then lets calls end (config.drain), says goodbye to the rest and returns. Errors come
// before any call is taken: a taken port, a missing model. Call it from the main thread, before any other thread
// exists.
Result<void> run(const ServerConfig& config, std::vector<AgentFile> agents);

}  // namespace offhook::server

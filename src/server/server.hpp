// `offhook serve`: from configuration to a server that takes calls, and from a signal to its end.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "server/agent_file.hpp"
#include "server/config.hpp"

namespace offhook::server {

enum class Start {
  fresh,      // the address must be free
  take_over,  // from the server of the same data_dir and port, once all is loaded; fresh where none runs
};

// Blocks until SIGINT or SIGTERM, or until another process has taken over; then lets calls end (config.drain), says
// goodbye to the rest and returns. Errors come before any call is taken: a taken port, a missing model. Call it from
// the main thread, before any other thread exists.
Result<void> run(const ServerConfig& config, std::vector<AgentFile> agents, Start start = Start::fresh);

}  // namespace offhook::server

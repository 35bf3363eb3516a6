// An MCP server that is a process of ours, one JSON message a line: it is started with the session and ends with it. It
// sees PATH, HOME and what the agent's file names, nothing else of our environment. What it writes to stderr goes into
// the log: while it starts as info; later, when it may hold what a caller said, as debug.
#pragma once

#include <memory>

#include "net/event_loop.hpp"
#include "tools/mcp_transport.hpp"

namespace offhook::tools {

// Blocks for about a millisecond. A program that cannot be started is a session that is lost.
std::unique_ptr<McpTransport> connect_mcp_stdio(net::EventLoop& loop, const McpAddress& address,
                                                McpTransport::Sink sink);

}  // namespace offhook::tools

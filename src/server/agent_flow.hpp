// The `flow:` of an agent's file: nodes and ways, read, checked as a graph, and told to the conversation and the model.
#pragma once

#include <string>

#include "server/agent_file.hpp"
#include "server/fields.hpp"

namespace offhook::server {

// Behind `tools:` and `mcp:`, as nodes name tools. What a flow adds to the tools (ways that the model takes, fields
// that it notes) stands behind them.
void read_flow(Fields root, AgentFile& out);

// In a sentence for people: "of 7 nodes, from wish to bye". Empty: none.
std::string described(const call::Flow& flow);

}  // namespace offhook::server

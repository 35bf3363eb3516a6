// The `mcp:` of an agent's file: servers of the Model Context Protocol, whose tools the model may call beside those of
// `tools:`; and what the model is told of what they list.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "call/settings.hpp"
#include "llm/llm.hpp"
#include "server/fields.hpp"
#include "tools/mcp_server.hpp"

namespace offhook::server {

inline constexpr std::size_t kMostMcpServers = 8;
inline constexpr std::size_t kMostOffered = 128;  // tools of an agent, all together: language models take no more

// How a tool is called. What the file leaves out is as the server says, or a tool's defaults.
struct McpManner {
  std::optional<call::Effect> effect = {};
  std::optional<bool> interruptible = {};
  Duration timeout = 10s;
  std::string say = {};
  bool progress = false;
};
struct McpEntry {
  tools::McpAddress address = {};
  std::vector<std::string> only = {};  // its tools of these names; empty: all
  McpManner manner = {};
  std::map<std::string, McpManner> tools = {};  // of these, another
};

void read_mcp(Fields root, std::vector<McpEntry>& out);

// In a sentence for people: "crm (npx), docs (https://docs.example)". Empty: none.
std::string described(const std::vector<McpEntry>& entries);

// One tool of one server in its views: of the conversation, of the model, and whom to call.
struct McpOffered {
  call::ToolSettings settings;
  llm::Tool tool;
  std::size_t server = 0;  // its place in the file
  std::string called;      // what its server calls it
};
struct McpOffer {
  std::vector<McpOffered> tools;      // in the order of the file, then of each server's list
  std::vector<std::string> left_out;  // "crm: NAME: why"
};
// The name that a model is told, by server and tool. Once given it stays: it never comes to mean another tool.
using McpNames = std::map<std::pair<std::size_t, std::string>, std::string>;

// `listed`: of each server, in the order of the file. `own`: what `tools:` offers.
McpOffer offered(const std::vector<McpEntry>& entries, const std::vector<std::vector<tools::McpTool>>& listed,
                 const std::vector<llm::Tool>& own, McpNames& names);

}  // namespace offhook::server

// An MCP server over streamable HTTP: each message is a POST, its answer JSON or a stream of events; beside these one
// GET, where the server offers it, on which it says what nobody asked for.
//
//   POST initialize        ─▶  200, Mcp-Session-Id: s     POST … , Mcp-Session-Id: s  ─▶  404: the session is over
//   POST initialized       ─▶  202                        DELETE, Mcp-Session-Id: s       when we end it
//   GET                    ─▶  200 and events, or 405
#pragma once

#include <memory>

#include "net/http_client.hpp"
#include "tools/mcp_transport.hpp"

namespace offhook::tools {

std::unique_ptr<McpTransport> connect_mcp_http(net::Loop& loop, net::HttpClient& http, const McpAddress& address,
                                               McpTransport::Sink sink);

}  // namespace offhook::tools

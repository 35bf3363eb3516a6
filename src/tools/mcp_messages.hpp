// What is said to an MCP server and what it says: JSON-RPC 2.0 as the Model Context Protocol uses it (revision
// 2025-06-18), of which tools only. The server is a stranger: everything it sends is bounded. For .cpp files: the
// library behind it is slow to compile.
//
//   us      initialize #1 ─▶   ◀─ answer #1   initialized ─▶   tools/list #2 ─▶   ◀─ page, its cursor   tools/list #3 …
//           tools/call #9 ─▶   ◀─ answer #9   or   cancelled #9 ─▶
//           progress #9 ◀─
//   server  ping, anything else it asks ─▶    ◀─ {}, or "method not found"        ◀─ tools/list_changed
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "tools/tool.hpp"

namespace offhook::tools::mcp {

inline constexpr std::string_view kRevision = "2025-06-18";
inline constexpr std::size_t kMostMessage = 1 << 20;  // bytes; a larger one would hold up the loop that reads it
inline constexpr std::size_t kMostTools = 128;        // of a server; language models take no more
inline constexpr std::size_t kMostPages = 32;         // of its list
inline constexpr std::size_t kMostSchema = 16 << 10;  // bytes of a tool's schema
inline constexpr std::size_t kMostDescription = 2000;

// ---- to the server; none holds a line break
std::string initialize(std::int64_t id);
std::string initialized();
std::string list_tools(std::int64_t id, std::string_view cursor);                           // empty: the first page
std::string call_tool(std::int64_t id, std::string_view name, std::string_view arguments);  // JSON text of an object
std::string cancelled(std::int64_t id, std::string_view why);

// ---- from the server
struct Answer {
  std::int64_t id = 0;
  boost::json::object result;
};
struct Failure {
  std::int64_t id = 0;
  std::int64_t code = 0;
  std::string message;  // its own, one line
};
struct Question {
  std::string method;
  std::string reply;  // to be sent back
};
struct Notice {
  std::string method;
};
struct Progress {  // of a call under way
  std::int64_t id = 0;
  std::string message;  // its own, one line; empty: it only counts
};
using Message = std::variant<Answer, Failure, Question, Notice, Progress>;
Result<Message> read(std::string_view text);  // Errc::invalid

// Of the answer to initialize.
struct Greeting {
  std::string revision;  // one of those that differ in nothing we use
  std::string server;    // its own name and version, one line; for the log
};
Result<Greeting> greeting_of(const boost::json::object& result);

struct Listed {
  std::string name;                           // as it is called by; any text of 1 to 128 characters
  std::string description;                    // empty: its title
  std::string parameters;                     // JSON text of a schema, type object at the top
  std::optional<bool> read_only, idempotent;  // as it says of itself
};
struct Page {
  std::vector<Listed> tools;
  std::vector<std::string> left_out;  // "NAME: why", one line each
  std::string cursor;                 // of the next page; empty: this was the last
};
Page page_of(const boost::json::object& result);

// Of the answer to tools/call.
Told told_of(const boost::json::object& result, const std::vector<std::string>& secrets);
Told told_of(const Failure& failure, const std::vector<std::string>& secrets);

}  // namespace offhook::tools::mcp

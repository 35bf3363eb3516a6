// What has been said in a call, as the model is told it: an append-only list of shared immutable items. A snapshot is a
// copy of pointers. Only heard words stand in it; a tool's call and its result are linked by id, so a result that comes
// late, after an interruption or further turns, still finds its place when the list is rendered.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "llm/llm.hpp"

namespace offhook::dialog {

struct Item {
  enum class Kind { caller, agent, tool_result, note };
  Kind kind = Kind::caller;
  std::string text;                  // agent: exactly what was heard
  bool cut = false;                  // agent: interrupted after `text`
  std::vector<llm::ToolCall> calls;  // agent: the tools it asked for
  std::string call_id;               // tool_result: whose result
};
// Instead of the result of a tool that has not returned.
inline constexpr std::string_view still_running = "It is still running; its result will be told.";
using ItemPtr = std::shared_ptr<const Item>;
using Context = std::vector<ItemPtr>;

// The messages to ask with: instructions always, then the latest whole turns that fit `max_tokens` together with them
// (a turn begins with the caller's words and ends before the next; the latest turn always goes). A tool's result
// follows its call; a call without a result yet is told as still running. Consecutive words of one side stay separate
// messages: the client joins them for servers that want strict alternation.
std::vector<llm::Message> render(const std::string& instructions, const Context& context, std::size_t max_tokens);

// Rough, on the safe side, and the same everywhere: bytes / 3 plus 4 a message.
std::size_t estimate_tokens(const llm::Message& message);

}  // namespace offhook::dialog

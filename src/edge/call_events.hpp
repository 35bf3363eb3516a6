// What a server of ours tells about a call to whoever watches it (call/publish.hpp writes it), read back. Pure, and
// never throws on what a stranger sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::edge {

struct CallEvent {
  enum class Kind {
    caller_partial,  // text: of the caller's turn so far
    caller_final,    // text
    agent_clause,    // reply, text: on its way to be heard
    agent_said,      // reply, text: what was heard of it; cut: not all was; at_ms: of its first sample
    hold,
    resume,
    flush,
    turn,           // turn, reply, v2v_ms, speculated, parts
    tool,           // id; text: its name; arguments
    tool_returned,  // id; text: what the model is told of it
    ended,
  };
  Kind kind = Kind::ended;
  double at_ms = 0;                      // since the call began, by the server's clock
  std::string text, why, id, arguments;  // arguments: JSON text, as the model wrote it
  std::int64_t reply = 0, turn = 0;
  bool cut = false, speculated = false;
  double v2v_ms = 0;
  std::vector<std::pair<std::string, double>> parts;  // ms; they add up to v2v_ms
};

inline constexpr std::size_t kMostParts = 32;  // of a turn; more are not read

// Nothing: not JSON, or of a type that we do not know.
std::optional<CallEvent> read_call_event(std::string_view json);

}  // namespace offhook::edge

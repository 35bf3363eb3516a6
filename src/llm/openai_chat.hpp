// Chat completions as OpenAI defined them and llama-server, vLLM and Ollama speak them: a Request as a JSON body, and
// the stream of events that answers it. Pure: no socket, no clock, and no exception on what a stranger sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "llm/llm.hpp"
#include "llm/think_filter.hpp"
#include "net/sse.hpp"

namespace offhook::llm {

struct ChatDialect {
  std::string_view model = {};         // empty: not named, the server has only one
  bool cache_prompt = false;           // llama-server: keep the prompt's state for the next request
  bool max_completion_tokens = false;  // OpenAI's own name for max_tokens; its newest models take no other
  double presence_penalty = 0, frequency_penalty = 0;  // sent unless 0
  int slot = -1;                                       // llama-server: which of its contexts; -1: it picks
};

// The same request gives the same bytes, and a longer history the same beginning, so that prompt caches hit. Neighbours
// of one role (the caller spoke twice) become one message, empty ones are left out: many chat templates refuse either.
// Bytes that are no UTF-8 become U+FFFD. Errc::invalid names the tool whose parameters are no JSON object.
Result<std::string> encode_chat(const Request& request, const ChatDialect& dialect);

// One answer. Feed it each event, hand on what it puts out, end it when the stream has ended.
class ChatDecoder {
 public:
  struct Piece {
    std::string text;                  // to be spoken: no reasoning
    std::vector<ToolCall> tool_calls;  // complete ones, in the model's order
  };

  // Appends to `out`. An error in the stream, text that is no JSON, or an answer beyond the bounds ends the answer.
  Result<void> feed(const net::SseEvent& event, Piece& out);
  // The stream has ended. Errc::closed if it was cut before the answer was complete.
  Result<Answer> end(Piece& out);

  bool started() const { return started_; }  // a word or the beginning of a tool call has come
  bool done() const { return done_; }        // [DONE]: nothing more comes

  static constexpr std::size_t max_text = 256 << 10;  // bytes of one answer, thoughts included
  static constexpr std::size_t max_tool_calls = 32;
  static constexpr std::size_t max_tool_bytes = 256 << 10;  // ids, names and arguments of one answer

 private:
  Result<void> add_text(std::string_view text, Piece& out);
  Result<void> add_tool_call(std::int64_t index, std::string_view id, std::string_view name,
                             std::string_view arguments);
  Result<void> complete_tool_calls(Piece& out);

  // Indices distinguish parallel calls; servers that leave them out, or number every call 0, send whole calls with ids.
  struct PartialCall {
    std::int64_t index = -1;
    ToolCall call;
  };

  ThinkFilter filter_;
  std::vector<PartialCall> calls_;
  std::size_t text_bytes_ = 0, tool_bytes_ = 0;
  int emitted_calls_ = 0;
  Answer answer_;
  bool started_ = false;
  bool done_ = false;
};

// What a failure means, whether it comes as a status or inside the stream: 401, 403 refused; 404 not_found; 408
// timeout; 429 full; 5xx unavailable; other invalid.
Errc errc_of_status(int status);

// The server's own words out of an error body: its JSON's message, else its text; one line of at most 200 characters.
std::string server_message(std::string_view body);

}  // namespace offhook::llm

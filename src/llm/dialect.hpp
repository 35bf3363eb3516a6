// What one protocol for language models is: where to ask, with which headers, the question as a body, and a decoder for
// the stream of events that answers it. Pure: no socket, no clock, and no exception on what a stranger sent.
// chat_service.hpp does the rest, the same for all of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "llm/llm.hpp"
#include "net/http.hpp"
#include "net/sse.hpp"

namespace offhook::llm {

// One answer. Feed it each event, hand on what it puts out, end it when the stream has ended.
class Decoder {
 public:
  struct Piece {
    std::string text;                  // to be spoken: no reasoning
    std::vector<ToolCall> tool_calls;  // complete ones, in the model's order
  };

  virtual ~Decoder() = default;
  // Appends to `out`. An error in the stream, text that is no JSON, or an answer beyond the bounds ends the answer.
  virtual Result<void> feed(const net::SseEvent& event, Piece& out) = 0;
  // The stream has ended. Errc::closed if it was cut before the answer was complete.
  virtual Result<Answer> end(Piece& out) = 0;

  virtual bool started() const = 0;  // a word or the beginning of a tool call has come
  virtual bool done() const = 0;     // nothing more comes but the end of the response
};

class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::string url() const = 0;
  virtual net::Headers headers() const = 0;  // the key's; content type and the like are sent anyway
  // Errc::invalid: names what of the request cannot be said.
  virtual Result<std::string> encode(const Request& request) const = 0;
  virtual std::unique_ptr<Decoder> decoder() const = 0;
};

}  // namespace offhook::llm

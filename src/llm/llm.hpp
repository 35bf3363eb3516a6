// Language models: a conversation in, a stream of words and tool calls out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "net/http_client.hpp"

namespace offhook::llm {

enum class Role { system, user, assistant, tool };

struct ToolCall {
  std::string id, name, arguments;  // arguments: JSON text as the model wrote it
  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

struct Message {
  Role role = Role::user;
  std::string content;
  std::vector<ToolCall> tool_calls;  // assistant only
  std::string tool_call_id;          // tool only
};

struct Tool {
  std::string name, description, parameters;  // parameters: a JSON Schema as JSON text
};

struct Request {
  std::vector<Message> messages;
  std::vector<Tool> tools;
  bool may_call = true;  // false: the tools are named, as the conversation speaks of them, but none may be called now
  int max_tokens = 200;  // of the answer
  double temperature = 0.3;
  Deadline first_token;  // no word by then: timeout
  Deadline deadline;     // whole answer
};

struct Usage {
  int prompt_tokens = 0, cached_tokens = 0, completion_tokens = 0;
};

struct Answer {
  std::string finish;  // "stop", "length", "tool_calls", …
  Usage usage;         // all 0: the server did not tell
  Duration rest{};     // the account has nothing left for so long
};

struct Sink {
  std::function<void(std::string_view text)> token;           // words as they come, cut anywhere
  std::function<void(ToolCall)> tool_call;                    // complete ones
  std::function<void(std::string_view provider)> asked = {};  // this one is asked now: it is paid for, cut off or not
  std::function<void(Result<Answer>)> done;                   // last, exactly once
};

// One per loop. Callbacks come on the loop, never from inside chat(). Destroying the handle cancels and closes the
// connection.
class Client {
 public:
  virtual ~Client() = default;
  virtual std::unique_ptr<net::Pending> chat(Request request, Sink sink) = 0;
  virtual void warm() = 0;  // opens a connection for the next chat
  // The conversation so far, before the caller's next words: a model on this machine reads it now, so that its next
  // answer begins sooner. Others do not ask for it. `conversation` is called, if at all, before this returns.
  virtual void read_ahead(const std::function<std::vector<Message>()>& conversation) { (void)conversation; }
};

}  // namespace offhook::llm

// Chat completions as OpenAI defined them and most others speak them, each with quirks of its own: a Request as a JSON
// body, and the stream of events that answers it.
// Source: OpenAI's OpenAPI description 2.3.0; llama.cpp's, vLLM's and Ollama's sources for theirs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "llm/answer_builder.hpp"
#include "llm/dialect.hpp"
#include "llm/providers.hpp"

namespace offhook::llm {

// In what a server differs from the common denominator.
struct ChatQuirks {
  bool max_completion_tokens = false;  // the newer name of max_tokens; OpenAI's newest models take no other
  bool asks_for_usage = true;          // takes stream_options.include_usage; false: refuses it, or tells unasked
  bool key_in_api_key = false;         // in the header `api-key` instead of `Authorization: Bearer`
  bool reasoning_object = false;       // {"reasoning":{"effort":…}} instead of reasoning_effort
  bool fixed_temperature = false;      // its reasoning models (gpt-5 and later, o1 …) refuse a temperature
  bool takes_turns = false;            // refuses two of one role in a row and a beginning by the assistant,
                                       // and wants the assistant's word between a tool's result and the user's
  bool nine_character_ids = false;     // of tool calls
  bool llama = false;                  // llama-server's cache_prompt and id_slot; penalties
};

struct ChatOptions {
  std::string_view model = {};      // empty: not named, the server has only one
  std::string_view reasoning = {};  // effort; empty: not said
  ChatQuirks quirks = {};
  bool cache_prompt = false;                           // llama-server: keep the prompt's state for the next request
  double presence_penalty = 0, frequency_penalty = 0;  // sent unless 0
  int slot = -1;                                       // llama-server: which of its contexts; -1: it picks
};

// The same request gives the same bytes; the conversation is put in order by history.hpp. Bytes that are no UTF-8
// become U+FFFD. Errc::invalid names the tool whose parameters are no JSON object.
Result<std::string> encode_chat(const Request& request, const ChatOptions& options);

class ChatDecoder final : public Decoder {
 public:
  Result<void> feed(const net::SseEvent& event, Piece& out) override;
  Result<Answer> end(Piece& out) override;
  bool started() const override { return builder_.started(); }
  bool done() const override { return done_; }  // [DONE]

 private:
  AnswerBuilder builder_;
  bool done_ = false;
};

// base_url may have a query, which is kept: Azure's api-version.
std::unique_ptr<Dialect> openai_chat(const Spec& spec, const ChatQuirks& quirks);

}  // namespace offhook::llm

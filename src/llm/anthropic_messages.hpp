// Anthropic's Messages API: a Request as a JSON body, and the stream of events that answers it.
// Source: the types of Anthropic's Python SDK 2.11, anthropic-version 2023-06-01.
//
//   message_start ── content_block_start · delta … · stop ── (next block) ── message_delta ── message_stop
//     usage            text, or a tool call in pieces                          stop_reason, usage
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "llm/answer_builder.hpp"
#include "llm/dialect.hpp"
#include "llm/providers.hpp"

namespace offhook::llm {

// Tools and system text, the same at every turn, end with a mark that has them cached. Thinking is never asked for:
// `reasoning` "none" turns it off where a model does it unasked, any other word is its effort, and an empty one leaves
// it to the model. The temperature goes only to the models that take one (Claude 3 to Opus and Sonnet 4.6 and Haiku
// 4.5). Errc::invalid names the tool whose parameters are no JSON object.
Result<std::string> encode_messages(const Request& request, std::string_view model, std::string_view reasoning = {});

// Thoughts, citations and what it does not know are passed over. usage.prompt_tokens counts the cached ones too.
class MessagesDecoder final : public Decoder {
 public:
  Result<void> feed(const net::SseEvent& event, Piece& out) override;
  Result<Answer> end(Piece& out) override;
  bool started() const override { return builder_.started(); }
  bool done() const override { return done_; }  // message_stop

 private:
  AnswerBuilder builder_;
  int input_tokens_ = 0, written_tokens_ = 0;  // neither read from the cache; written to it
  bool done_ = false;
};

std::unique_ptr<Dialect> anthropic_messages(const Spec& spec);

}  // namespace offhook::llm

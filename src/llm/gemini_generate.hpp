// Google's Gemini, generateContent as a stream: a Request as a JSON body, and the stream of events that answers it.
// Source: Google's Python SDK google-genai 3.4.
//
//   {candidates:[{content:{parts}}], usageMetadata} ─ … ─ {candidates:[{…, finishReason}], usageMetadata} ─ end
#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "llm/answer_builder.hpp"
#include "llm/dialect.hpp"
#include "llm/providers.hpp"

namespace offhook::llm {

// `reasoning` empty: thinking is off in the 2.5 Flash models, where it is on unasked, counts against max_tokens and
// takes seconds; others are left alone. "none", a number of tokens, or a level ("minimal", "low", "medium", "high").
//
// The signatures of thoughts are not kept: our messages have no place for them. Models from Gemini 3 on refuse a
// function call in the history without one, so there it is the one that Google names for calls of other models.
// Errc::invalid names the tool whose parameters are no JSON object.
Result<std::string> encode_generate(const Request& request, std::string_view model, std::string_view reasoning = {});

// Thoughts are passed over. A blocked question is Errc::invalid, before a word; an answer cut by a filter finishes with
// "content_filter".
class GenerateDecoder final : public Decoder {
 public:
  Result<void> feed(const net::SseEvent& event, Piece& out) override;
  Result<Answer> end(Piece& out) override;
  bool started() const override { return builder_.started(); }
  // There is no [DONE]; but behind the finishReason comes nothing that matters.
  bool done() const override { return !builder_.answer.finish.empty(); }

 private:
  Result<void> add_call(const boost::json::object& call);

  AnswerBuilder builder_;
  int calls_ = 0;
};

std::unique_ptr<Dialect> gemini_generate(const Spec& spec);

}  // namespace offhook::llm

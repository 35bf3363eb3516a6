#include "llm/gemini_generate.hpp"

#include <gtest/gtest.h>

namespace offhook::llm {
namespace {

struct Decoded {
  Decoder::Piece said;
  Result<Answer> answer = Error{};
};

Decoded decode(const std::vector<std::string>& events) {
  GenerateDecoder decoder;
  Decoded out;
  for (const std::string& data : events)
    if (auto fed = decoder.feed({{}, data, {}}, out.said); !fed) {
      out.answer = fed.error();
      return out;
    }
  out.answer = decoder.end(out.said);
  return out;
}

std::string chunk(std::string_view parts, std::string_view finish = {}) {
  return R"({"candidates":[{"content":{"role":"model","parts":[)" + std::string(parts) + "]}" +
         (finish.empty() ? "" : R"(,"finishReason":")" + std::string(finish) + '"') +
         R"(,"index":0}],"responseId":"r-1"})";
}

Message says(Role role, std::string text) {
  return {role, std::move(text), {}, {}};
}

Request booking() {
  Message asks = says(Role::assistant, "");
  asks.tool_calls = {{"1", "book", R"({"when":"now"})"}, {"2", "look", "{}"}};
  Message first = says(Role::tool, R"({"ok":true})"), second = says(Role::tool, "nothing");
  first.tool_call_id = "1";
  second.tool_call_id = "2";
  Request request;
  request.messages = {
      says(Role::system, "Be brief."), says(Role::assistant, "Hello!"), says(Role::user, "Book"), asks, first, second,
      says(Role::user, "Well?")};
  request.max_tokens = 50;
  request.temperature = 0.5;
  return request;
}

TEST(GeminiEncoding, tools_that_may_not_be_called_now_are_named_all_the_same) {
  Request request = booking();
  request.may_call = false;
  EXPECT_EQ(encode_generate(request, "m")->find("toolConfig"), std::string::npos);
  request.tools = {{"book", "Books", ""}};
  EXPECT_NE(encode_generate(request, "m")->find(R"("toolConfig":{"functionCallingConfig":{"mode":"NONE"}})"),
            std::string::npos);
}

TEST(GeminiEncoding, body_is_the_same_to_the_byte) {
  Request request = booking();
  request.tools = {{"book", "Books", R"({"type":"object","properties":{"when":{}}})"}, {"bye", "Ends", ""}};
  const auto body = encode_generate(request, "gemini-2.5-flash");
  ASSERT_TRUE(body) << body.error().what;
  EXPECT_EQ(
      *body,
      R"({"systemInstruction":{"parts":[{"text":"Be brief."}]},)"
      R"("tools":[{"functionDeclarations":[{"name":"book","description":"Books",)"
      R"("parametersJsonSchema":{"type":"object","properties":{"when":{}}}},{"name":"bye","description":"Ends"}]}],)"
      R"~("contents":[{"role":"user","parts":[{"text":"(The call begins.)"}]},)~"
      R"({"role":"model","parts":[{"text":"Hello!"}]},{"role":"user","parts":[{"text":"Book"}]},)"
      R"({"role":"model","parts":[{"functionCall":{"name":"book","args":{"when":"now"}}},)"
      R"({"functionCall":{"name":"look","args":{}}}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"name":"book","response":{"ok":true}}},)"
      R"({"functionResponse":{"name":"look","response":{"result":"nothing"}}}]},)"
      R"({"role":"user","parts":[{"text":"Well?"}]}],)"
      R"("generationConfig":{"maxOutputTokens":50,"temperature":5E-1,"thinkingConfig":{"thinkingBudget":0}}})");
}

TEST(GeminiEncoding, newer_models_get_a_signature_with_the_first_call_of_a_turn) {
  const std::string body = *encode_generate(booking(), "gemini-3-flash");
  EXPECT_NE(body.find(R"("args":{"when":"now"}},"thoughtSignature":"skip_thought_signature_validator"},)"
                      R"({"functionCall":{"name":"look","args":{}}}])"),
            std::string::npos)
      << body;
}

TEST(GeminiEncoding, thinking_is_said_in_the_way_of_the_model) {
  const auto thinking = [](std::string_view model, std::string_view reasoning) {
    const std::string body = *encode_generate({}, model, reasoning);
    const std::size_t at = body.find(R"("thinkingConfig":)");
    return at == std::string::npos ? std::string() : body.substr(at + 17, body.find('}', at) - at - 16);
  };
  EXPECT_EQ(thinking("gemini-2.5-flash-lite", ""), R"({"thinkingBudget":0})");
  EXPECT_EQ(thinking("gemini-2.5-pro", ""), "");
  EXPECT_EQ(thinking("gemini-3-flash", ""), "");
  EXPECT_EQ(thinking("gemini-2.5-flash", "low"), R"({"thinkingBudget":1024})");
  EXPECT_EQ(thinking("gemini-2.5-pro", "512"), R"({"thinkingBudget":512})");
  EXPECT_EQ(thinking("gemini-3-flash", "low"), R"({"thinkingLevel":"low"})");
  EXPECT_EQ(thinking("gemini-3-flash", "none"), R"({"thinkingLevel":"minimal"})");
}

TEST(GeminiEncoding, the_model_stands_in_the_url_and_the_key_does_not) {
  Spec spec;
  spec.base_url = "https://host/v1beta";
  spec.model = "gemini-2.5-flash";
  spec.api_key = "k";
  EXPECT_EQ(gemini_generate(spec)->url(), "https://host/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
  EXPECT_EQ(gemini_generate(spec)->headers(), (net::Headers{{"x-goog-api-key", "k"}}));
  spec.model = "tunedModels/mine? #";
  EXPECT_EQ(gemini_generate(spec)->url(), "https://host/v1beta/tunedModels/mine:streamGenerateContent?alt=sse");
}

TEST(GeminiDecoder, words_and_usage_of_a_plain_answer) {
  const auto out = decode(
      {R"({"candidates":[{"content":{"parts":[{"text":"Hel"}]}}],"usageMetadata":{"promptTokenCount":20,"totalTokenCount":21}})",
       chunk(R"({"text":"secret","thought":true},{"text":"lo","thoughtSignature":"abc"})"),
       R"({"candidates":[{"content":{"parts":[{"text":"!"}]},"finishReason":"STOP"}],"usageMetadata":)"
       R"({"promptTokenCount":20,"candidatesTokenCount":5,"thoughtsTokenCount":7,"cachedContentTokenCount":16}})"});
  ASSERT_TRUE(out.answer) << out.answer.error().what;
  EXPECT_EQ(out.said.text, "Hello!");
  EXPECT_EQ(out.answer->finish, "stop");
  EXPECT_EQ(out.answer->usage.prompt_tokens, 20);
  EXPECT_EQ(out.answer->usage.cached_tokens, 16);
  EXPECT_EQ(out.answer->usage.completion_tokens, 12);  // thoughts are paid for
}

TEST(GeminiDecoder, function_calls_come_whole_and_get_ids_that_no_other_answer_gives) {
  const auto out = decode({chunk(R"({"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"f"}})"),
                           chunk(R"({"functionCall":{"id":"own","name":"g","args":{}}})", "STOP")});
  ASSERT_TRUE(out.answer) << out.answer.error().what;
  EXPECT_EQ(out.answer->finish, "tool_calls");
  ASSERT_EQ(out.said.tool_calls.size(), 3u);
  EXPECT_EQ(out.said.tool_calls[0].id, "call_1_r1");
  EXPECT_EQ(out.said.tool_calls[0].arguments, R"({"a":1})");
  EXPECT_EQ(out.said.tool_calls[1].id, "call_2_r1");
  EXPECT_EQ(out.said.tool_calls[1].arguments, "{}");
  EXPECT_EQ(out.said.tool_calls[2].id, "own");
}

TEST(GeminiDecoder, it_is_done_with_the_reason_and_cut_without_one) {
  GenerateDecoder decoder;
  Decoder::Piece piece;
  ASSERT_TRUE(decoder.feed({{}, chunk(R"({"text":"secret","thought":true})"), {}}, piece));
  EXPECT_FALSE(decoder.started());
  ASSERT_TRUE(decoder.feed({{}, chunk(R"({"text":"a"})"), {}}, piece));
  EXPECT_TRUE(decoder.started());
  EXPECT_FALSE(decoder.done());
  ASSERT_TRUE(decoder.feed({{}, chunk("", "MAX_TOKENS"), {}}, piece));
  EXPECT_TRUE(decoder.done());
  EXPECT_EQ(decoder.end(piece)->finish, "length");
  EXPECT_EQ(decode({chunk(R"({"text":"a"})")}).answer.error().code, Errc::closed);
}

TEST(GeminiDecoder, filters_end_an_answer_and_refuse_a_question) {
  for (const char* reason : {"SAFETY", "RECITATION", "PROHIBITED_CONTENT"})
    EXPECT_EQ(decode({chunk(R"({"text":"a"})", reason)}).answer->finish, "content_filter");
  const auto blocked =
      decode({R"({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}})"});
  ASSERT_FALSE(blocked.answer);
  EXPECT_EQ(blocked.answer.error().code, Errc::invalid);
  EXPECT_NE(blocked.answer.error().what.find("SAFETY"), std::string::npos);
  EXPECT_EQ(decode({chunk("", "MALFORMED_FUNCTION_CALL")}).answer.error().code, Errc::unavailable);
}

TEST(GeminiDecoder, errors_and_garbage_end_it_and_the_unknown_is_passed_over) {
  const auto error = decode({R"({"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}})"}).answer.error();
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_NE(error.what.find("overloaded"), std::string::npos);
  EXPECT_EQ(decode({"{"}).answer.error().code, Errc::invalid);
  const auto out = decode(
      {"", "null", "7", "{}", R"({"candidates":[null,{"index":1,"content":{"parts":[{"text":"no"}]}},{"content":3}]})",
       R"({"candidates":[{"content":{"parts":[null,4,{"inlineData":{}},{"text":"yes"}]}}]})", chunk("", "NEW_REASON")});
  ASSERT_TRUE(out.answer);
  EXPECT_EQ(out.said.text, "yes");
  EXPECT_EQ(out.answer->finish, "new_reason");
}

}  // namespace
}  // namespace offhook::llm

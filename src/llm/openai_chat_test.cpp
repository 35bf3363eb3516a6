#include "llm/openai_chat.hpp"

#include <gtest/gtest.h>

namespace offhook::llm {
namespace {

std::string chunk(std::string_view delta, std::string_view finish = "null") {
  return R"({"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":)" + std::string(delta) +
         R"(,"finish_reason":)" + std::string(finish) + "}]}";
}

struct Decoded {
  ChatDecoder::Piece said;
  Result<Answer> answer = Error{};
};

Decoded decode(const std::vector<std::string>& events) {
  ChatDecoder decoder;
  Decoded out;
  for (const std::string& data : events)
    if (auto fed = decoder.feed({{}, data, {}}, out.said); !fed) {
      out.answer = fed.error();
      return out;
    }
  out.answer = decoder.end(out.said);
  return out;
}

Message says(Role role, std::string text) {
  return {role, std::move(text), {}, {}};
}

TEST(ChatEncoding, body_is_the_same_to_the_byte) {
  Request request;
  request.messages = {says(Role::system, "Be brief."), says(Role::user, "Say \"hi\"\n")};
  request.tools = {{"book", "Books", R"({"type":"object","properties":{"when":{"type":"string"},"a":{}}})"}};
  request.max_tokens = 50;
  request.temperature = 0.5;
  const auto body = encode_chat(request, {.model = "m", .quirks = {.llama = true}, .cache_prompt = true, .slot = 2});
  ASSERT_TRUE(body) << body.error().what;
  EXPECT_EQ(
      *body,
      R"({"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Say \"hi\"\n"}],)"
      R"("tools":[{"type":"function","function":{"name":"book","description":"Books",)"
      R"("parameters":{"type":"object","properties":{"when":{"type":"string"},"a":{}}}}}],)"
      R"("stream":true,"stream_options":{"include_usage":true},"max_tokens":50,"temperature":5E-1,)"
      R"("cache_prompt":true,"id_slot":2})");
}

TEST(ChatEncoding, tools_that_may_not_be_called_now_are_named_all_the_same) {
  Request request;
  request.messages = {says(Role::user, "Hi")};
  request.may_call = false;
  EXPECT_EQ(encode_chat(request, {})->find("tool_choice"), std::string::npos) << "without tools it is an error";
  request.tools = {{"book", "Books", ""}};
  EXPECT_NE(encode_chat(request, {})->find(R"("tool_choice":"none")"), std::string::npos);
}

TEST(ChatEncoding, neighbours_of_one_role_become_one_message_and_empty_ones_none) {
  Request request;
  request.messages = {says(Role::user, "Hello"), says(Role::assistant, ""), says(Role::user, "are you open?"),
                      says(Role::assistant, "Yes."), says(Role::assistant, "Until five.")};
  EXPECT_NE(encode_chat(request, {})
                ->find(R"("messages":[{"role":"user","content":"Hello\nare you open?"},)"
                       R"({"role":"assistant","content":"Yes.\nUntil five."}])"),
            std::string::npos);
}

TEST(ChatEncoding, tool_calls_and_their_results_stay_apart) {
  Message asks = says(Role::assistant, "");
  asks.tool_calls = {{"1", "a", "{}"}, {"2", "b", R"({"x":1})"}};
  Message first = says(Role::tool, ""), second = says(Role::tool, "ok");
  first.tool_call_id = "1";
  second.tool_call_id = "2";
  Request request;
  request.messages = {says(Role::user, "Go"), asks, first, second};
  EXPECT_NE(
      encode_chat(request, {})
          ->find(
              R"({"role":"assistant","content":"","tool_calls":[{"id":"1","type":"function","function":{"name":"a","arguments":"{}"}},)"
              R"({"id":"2","type":"function","function":{"name":"b","arguments":"{\"x\":1}"}}]},)"
              R"({"role":"tool","content":"","tool_call_id":"1"},{"role":"tool","content":"ok","tool_call_id":"2"}])"),
      std::string::npos);
}

TEST(ChatEncoding, a_longer_history_begins_like_the_shorter_one) {
  Request request;
  request.messages = {says(Role::system, "S"), says(Role::user, "a")};
  const std::string before = *encode_chat(request, {.model = "m"});
  request.messages.push_back(says(Role::assistant, "b"));
  request.messages.push_back(says(Role::user, "c"));
  const std::string prefix = before.substr(0, before.find(R"(],"stream")"));
  EXPECT_TRUE(encode_chat(request, {.model = "m"})->starts_with(prefix));
}

TEST(ChatEncoding, broken_utf8_becomes_the_replacement_character) {
  Request request;
  request.messages = {says(Role::user, "a\xC3(\xE2\x82\xAC\xED\xA0\x80\xF0\x9F\x98\x80\xFF")};
  EXPECT_NE(encode_chat(request, {})
                ->find("a\xEF\xBF\xBD(\xE2\x82\xAC\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xF0\x9F\x98\x80\xEF\xBF\xBD\""),
            std::string::npos);
}

TEST(ChatEncoding, parameters_that_are_no_schema_name_their_tool) {
  Request request;
  request.tools = {{"book", "", "[1]"}};
  ASSERT_FALSE(encode_chat(request, {}));
  EXPECT_EQ(encode_chat(request, {}).error().code, Errc::invalid);
  EXPECT_NE(encode_chat(request, {}).error().what.find("'book'"), std::string::npos);
  request.tools[0].parameters = "{";
  EXPECT_FALSE(encode_chat(request, {}));
  request.tools[0].parameters = "";
  EXPECT_TRUE(encode_chat(request, {}));
}

TEST(ChatEncoding, a_quirk_changes_its_field_and_no_other) {
  const std::string common =
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"stream_options":{"include_usage":true},)"
      R"("max_tokens":200,"temperature":3E-1})";
  const auto encoded = [](ChatOptions options) {
    if (options.model.empty()) options.model = "m";
    Request request;
    request.messages = {{Role::user, "Hi", {}, {}}};
    return *encode_chat(request, options);
  };
  EXPECT_EQ(encoded({}), common);
  EXPECT_EQ(encoded({.cache_prompt = true, .presence_penalty = 1, .slot = 1}), common);  // llama-server's only
  EXPECT_EQ(encoded({.quirks = {.fixed_temperature = true}}), common);
  EXPECT_EQ(
      encoded({.quirks = {.max_completion_tokens = true, .asks_for_usage = false}}),
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_completion_tokens":200,"temperature":3E-1})");
  for (const std::string_view model : {"gpt-5-mini", "gpt-5.1", "o3-mini", "gpt-10"})
    EXPECT_EQ(encoded({.model = model, .quirks = {.fixed_temperature = true}}).find("temperature"), std::string::npos);
  for (const std::string_view model : {"gpt-4.1-mini", "gpt-4o", "gpt-5-chat-latest", "omni"})
    EXPECT_NE(encoded({.model = model, .quirks = {.fixed_temperature = true}}).find("temperature"), std::string::npos);
  EXPECT_TRUE(encoded({.reasoning = "low"}).ends_with(R"(,"reasoning_effort":"low"})"));
  EXPECT_TRUE(encoded({.reasoning = "low", .quirks = {.reasoning_object = true}})
                  .ends_with(R"(,"reasoning":{"effort":"low"}})"));
}

TEST(ChatEncoding, those_who_want_turns_hear_the_assistant_between_a_result_and_the_caller) {
  Message asks = says(Role::assistant, "");
  asks.tool_calls = {{"abcDEF123", "f", "{}"}};
  Request request;
  request.messages = {says(Role::system, "S"), says(Role::assistant, "Hello"), says(Role::user, "Go"), asks,
                      says(Role::user, "Wait")};
  const std::string body = *encode_chat(request, {.quirks = {.takes_turns = true, .nine_character_ids = true}});
  std::string roles;
  for (std::size_t at = 0; (at = body.find("\"role\":\"", at)) != std::string::npos;) roles += body[at += 8];
  EXPECT_EQ(roles, "suauatau") << body;
}

TEST(ChatDecoder, words_and_usage_of_a_plain_answer) {
  const auto out = decode(
      {chunk(R"({"role":"assistant","content":""})"), chunk(R"({"content":"Hel"})"), chunk(R"({"content":"lo"})"),
       chunk("{}", R"("stop")"),
       R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":8}}})",
       "[DONE]"});
  ASSERT_TRUE(out.answer) << out.answer.error().what;
  EXPECT_EQ(out.said.text, "Hello");
  EXPECT_EQ(out.answer->finish, "stop");
  EXPECT_EQ(out.answer->usage.prompt_tokens, 12);
  EXPECT_EQ(out.answer->usage.cached_tokens, 8);
  EXPECT_EQ(out.answer->usage.completion_tokens, 2);
}

TEST(ChatDecoder, what_it_does_not_know_is_passed_over) {
  const auto out =
      decode({"", "null", "17", "[]", "{}", R"({"choices":null,"usage":null,"error":null})",
              R"({"choices":[null,3,{"index":1,"delta":{"content":"no"}},{"delta":null},{"delta":{"content":null}}]})",
              R"({"prompt_progress":{"total":3}})", chunk(R"({"content":{"deep":[1]},"tool_calls":7})"),
              chunk(R"({"tool_calls":[null,{}],"content":"y"})"),
              chunk(R"({"content":"es","annotations":[]})", R"("length")")});
  ASSERT_FALSE(out.answer);  // a tool call that names nothing cannot be passed over
  EXPECT_EQ(out.answer.error().code, Errc::invalid);
  EXPECT_EQ(out.said.text, "yes");
}

TEST(ChatDecoder, reasoning_is_never_spoken) {
  const auto out = decode({chunk(R"({"reasoning_content":"hm"})"), chunk(R"({"reasoning":"hm"})"),
                           chunk(R"({"content":"<th"})"), chunk(R"({"content":"ink>secret</thi"})"),
                           chunk(R"({"content":"nk>\n\nYes"})"), chunk("{}", R"("stop")")});
  ASSERT_TRUE(out.answer);
  EXPECT_EQ(out.said.text, "Yes");
}

TEST(ChatDecoder, thinking_is_not_a_first_word) {
  ChatDecoder decoder;
  ChatDecoder::Piece piece;
  ASSERT_TRUE(decoder.feed({{}, chunk(R"({"content":"<think>a"})"), {}}, piece));
  EXPECT_FALSE(decoder.started());
  ASSERT_TRUE(decoder.feed({{}, chunk(R"({"content":"</think>b"})"), {}}, piece));
  EXPECT_TRUE(decoder.started());
}

TEST(ChatDecoder, tool_calls_are_joined_by_index) {
  const auto out = decode(
      {chunk(R"({"tool_calls":[{"index":0,"id":"A","type":"function","function":{"name":"f","arguments":""}}]})"),
       chunk(R"({"tool_calls":[{"index":1,"id":"B","function":{"name":"g","arguments":"{"}}]})"),
       chunk(
           R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}},{"index":1,"function":{"arguments":"}"}}]})"),
       chunk(R"({"tool_calls":[{"index":0,"id":"A","function":{"name":"f","arguments":":1}"}}]})"),
       chunk("{}", R"("tool_calls")"), "[DONE]"});
  ASSERT_TRUE(out.answer);
  EXPECT_EQ(out.answer->finish, "tool_calls");
  ASSERT_EQ(out.said.tool_calls.size(), 2u);
  EXPECT_EQ(out.said.tool_calls[0].id, "A");
  EXPECT_EQ(out.said.tool_calls[0].name, "f");
  EXPECT_EQ(out.said.tool_calls[0].arguments, R"({"a":1})");
  EXPECT_EQ(out.said.tool_calls[1].name, "g");
  EXPECT_EQ(out.said.tool_calls[1].arguments, "{}");
}

TEST(ChatDecoder, whole_calls_without_index_or_with_one_index_for_all_stay_apart) {
  for (const std::string index : {"", R"("index":0,)"}) {
    const auto call = [&](std::string id) {
      return "{" + index + R"("id":")" + id + R"(","function":{"name":"f)" + id + R"(","arguments":{"x":1}}})";
    };
    const auto out = decode({chunk(R"({"tool_calls":[)" + call("1") + "]}"),
                             chunk(R"({"tool_calls":[)" + call("2") + "]}"), chunk("{}", R"("stop")")});
    ASSERT_TRUE(out.answer);
    EXPECT_EQ(out.answer->finish, "tool_calls");
    ASSERT_EQ(out.said.tool_calls.size(), 2u) << index;
    EXPECT_EQ(out.said.tool_calls[1].name, "f2");
    EXPECT_EQ(out.said.tool_calls[1].arguments, R"({"x":1})");
  }
}

TEST(ChatDecoder, a_call_without_id_or_arguments_gets_both) {
  const auto out = decode({chunk(R"({"tool_calls":[{"function":{"name":"f"}}]})"), chunk("{}", R"("tool_calls")")});
  ASSERT_EQ(out.said.tool_calls.size(), 1u);
  EXPECT_EQ(out.said.tool_calls[0].id, "call_1_c");  // after the answer's own, so that no two answers share one
  EXPECT_EQ(out.said.tool_calls[0].arguments, "{}");
}

TEST(ChatDecoder, a_missing_done_is_forgiven_and_a_missing_end_is_not) {
  EXPECT_TRUE(decode({chunk(R"({"content":"a"})", R"("stop")")}).answer);
  EXPECT_EQ(decode({chunk(R"({"content":"a"})"), "[DONE]"}).answer->finish, "stop");
  const auto cut = decode({chunk(R"({"content":"a"})")});
  ASSERT_FALSE(cut.answer);
  EXPECT_EQ(cut.answer.error().code, Errc::closed);
}

TEST(ChatDecoder, an_error_inside_the_stream_ends_it_with_the_servers_words) {
  const auto error = [](const std::string& data) { return decode({chunk(R"({"content":"a"})"), data}).answer.error(); };
  EXPECT_EQ(error(R"({"error":{"message":"no\nmemory","code":500}})").code, Errc::unavailable);
  EXPECT_NE(error(R"({"error":{"message":"no\nmemory","code":500}})").what.find("no memory"), std::string::npos);
  EXPECT_EQ(error(R"({"error":{"message":"x","code":429}})").code, Errc::full);
  EXPECT_EQ(error(R"({"error":{"message":"x","type":"rate_limit_exceeded"}})").code, Errc::full);
  EXPECT_EQ(error(R"({"error":{"message":"x","type":"authentication_error"}})").code, Errc::refused);
  EXPECT_NE(error(R"({"error":"plain"})").what.find("plain"), std::string::npos);
  ChatDecoder decoder;
  ChatDecoder::Piece piece;
  EXPECT_FALSE(decoder.feed({"error", R"({"message":"gone"})", {}}, piece));
}

TEST(ChatDecoder, garbage_is_an_error_that_does_not_repeat_it) {
  const auto out = decode({"{\"choices\": secret"});
  ASSERT_FALSE(out.answer);
  EXPECT_EQ(out.answer.error().code, Errc::invalid);
  EXPECT_EQ(out.answer.error().what.find("secret"), std::string::npos);
}

TEST(ChatDecoder, an_answer_is_bounded) {
  ChatDecoder decoder;
  ChatDecoder::Piece piece;
  Result<void> fed;
  const std::string data = chunk(R"({"content":")" + std::string(100'000, 'a') + R"("})");
  for (int i = 0; i < 3 && fed; ++i) fed = decoder.feed({{}, data, {}}, piece);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, Errc::full);
  EXPECT_LE(piece.text.size(), AnswerBuilder::max_text);

  std::vector<std::string> calls;
  for (int i = 0; i < 40; ++i)
    calls.push_back(chunk(R"({"tool_calls":[{"index":)" + std::to_string(i) + R"(,"function":{"name":"f"}}]})"));
  EXPECT_EQ(decode(calls).answer.error().code, Errc::full);
}

}  // namespace
}  // namespace offhook::llm

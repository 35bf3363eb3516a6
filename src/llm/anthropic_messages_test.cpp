#include "llm/anthropic_messages.hpp"

#include <gtest/gtest.h>

namespace offhook::llm {
namespace {

struct Decoded {
  Decoder::Piece said;
  Result<Answer> answer = Error{};
};

Decoded decode(const std::vector<std::string>& events) {
  MessagesDecoder decoder;
  Decoded out;
  for (const std::string& data : events)
    if (auto fed = decoder.feed({{}, data, {}}, out.said); !fed) {
      out.answer = fed.error();
      return out;
    }
  out.answer = decoder.end(out.said);
  return out;
}

const std::string start =
    R"({"type":"message_start","message":{"id":"msg_01","type":"message","role":"assistant","content":[],)"
    R"("stop_reason":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":10,"cache_read_input_tokens":100,)"
    R"("output_tokens":1}}})";
const std::string stop = R"({"type":"message_stop"})";
std::string ends(std::string_view reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + std::string(reason) +
         R"(","stop_sequence":null},"usage":{"output_tokens":15}})";
}
std::string begins(int index, std::string_view block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) + R"(,"content_block":)" +
         std::string(block) + "}";
}
std::string delta(int index, std::string_view what) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" + std::string(what) + "}";
}
std::string word(std::string_view text) {
  return delta(0, R"({"type":"text_delta","text":")" + std::string(text) + R"("})");
}

Message says(Role role, std::string text) {
  return {role, std::move(text), {}, {}};
}

TEST(AnthropicEncoding, body_is_the_same_to_the_byte) {
  Message asks = says(Role::assistant, "Let me see.");
  asks.tool_calls = {{"toolu_1", "book", R"({"when":"now"})"}, {"toolu_2", "book", ""}};
  Message result = says(Role::tool, "done");
  result.tool_call_id = "toolu_1";
  Request request;
  request.messages = {
      says(Role::system, "Be brief."), says(Role::assistant, "Hello!"), says(Role::user, "Book"), asks, result,
      says(Role::user, "Well?")};
  request.tools = {{"book", "Books", R"({"type":"object","properties":{"when":{}}})"}, {"bye", "Ends", ""}};
  request.max_tokens = 50;
  request.temperature = 0.5;
  const auto body = encode_messages(request, "claude-haiku-4-5");
  ASSERT_TRUE(body) << body.error().what;
  EXPECT_EQ(
      *body,
      R"({"model":"claude-haiku-4-5","max_tokens":50,)"
      R"("tools":[{"name":"book","description":"Books","input_schema":{"type":"object","properties":{"when":{}}}},)"
      R"({"name":"bye","description":"Ends","input_schema":{"type":"object","properties":{}}}],)"
      R"("system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],)"
      R"~("messages":[{"role":"user","content":[{"type":"text","text":"(The call begins.)"}]},)~"
      R"({"role":"assistant","content":[{"type":"text","text":"Hello!"}]},)"
      R"({"role":"user","content":[{"type":"text","text":"Book"}]},)"
      R"({"role":"assistant","content":[{"type":"text","text":"Let me see."},)"
      R"({"type":"tool_use","id":"toolu_1","name":"book","input":{"when":"now"}},)"
      R"({"type":"tool_use","id":"toolu_2","name":"book","input":{}}]},)"
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"done"},)"
      R"({"type":"tool_result","tool_use_id":"toolu_2","content":)"
      R"~("(There is no result: the conversation went on without it.)"},{"type":"text","text":"Well?"}]}],)~"
      R"("stream":true,"temperature":5E-1})");
}

TEST(AnthropicEncoding, tools_that_may_not_be_called_now_are_named_all_the_same) {
  Request request;
  request.messages = {says(Role::user, "Hi")};
  request.may_call = false;
  EXPECT_EQ(encode_messages(request, "m")->find("tool_choice"), std::string::npos);
  request.tools = {{"a", "", ""}};
  EXPECT_NE(encode_messages(request, "m")->find(R"("tool_choice":{"type":"none"})"), std::string::npos);
}

TEST(AnthropicEncoding, tools_without_a_system_text_carry_the_mark_themselves) {
  Request request;
  request.messages = {says(Role::user, "Hi")};
  request.tools = {{"a", "", ""}, {"b", "", ""}};
  const std::string body = *encode_messages(request, "m");
  EXPECT_NE(body.find(R"("properties":{}},"cache_control":{"type":"ephemeral"}}],"messages")"), std::string::npos)
      << body;
  EXPECT_EQ(body.find("cache_control"), body.rfind("cache_control"));
}

TEST(AnthropicEncoding, only_models_that_take_a_temperature_get_one) {
  for (const char* model : {"claude-3-5-haiku-latest", "claude-haiku-4-5", "claude-haiku-4-5-20251001",
                            "claude-sonnet-4-20250514", "claude-opus-4-1", "claude-sonnet-4-6", "claude-sonnet-4"})
    EXPECT_NE(encode_messages({}, model)->find("temperature"), std::string::npos) << model;
  for (const char* model : {"claude-opus-4-7", "claude-opus-4-8", "claude-sonnet-5", "claude-haiku-5-20260101", "new"})
    EXPECT_EQ(encode_messages({}, model)->find("temperature"), std::string::npos) << model;
}

TEST(AnthropicEncoding, effort_is_passed_on_and_none_turns_thinking_off) {
  EXPECT_EQ(encode_messages({}, "m")->find("thinking"), std::string::npos);
  EXPECT_TRUE(encode_messages({}, "m", "none")->ends_with(R"("thinking":{"type":"disabled"}})"));
  EXPECT_TRUE(encode_messages({}, "m", "low")->ends_with(R"("output_config":{"effort":"low"}})"));
}

TEST(AnthropicEncoding, arguments_that_are_no_object_are_told_as_text_and_bad_schemas_name_their_tool) {
  Request request;
  request.messages = {says(Role::assistant, "")};
  request.messages[0].tool_calls = {{"a", "f", "{\"x\":"}};
  EXPECT_NE(encode_messages(request, "m")->find(R"("input":{"text":"{\"x\":"})"), std::string::npos);
  request.tools = {{"book", "", "[1]"}};
  ASSERT_FALSE(encode_messages(request, "m"));
  EXPECT_NE(encode_messages(request, "m").error().what.find("'book'"), std::string::npos);
}

TEST(AnthropicDecoder, words_and_usage_of_a_plain_answer) {
  const auto out = decode({start, begins(0, R"({"type":"text","text":""})"), R"({"type":"ping"})", word("Hel"),
                           word("lo"), R"({"type":"content_block_stop","index":0})", ends("end_turn"), stop});
  ASSERT_TRUE(out.answer) << out.answer.error().what;
  EXPECT_EQ(out.said.text, "Hello");
  EXPECT_EQ(out.answer->finish, "stop");
  EXPECT_EQ(out.answer->usage.prompt_tokens, 115);  // all that was read, from the cache or not
  EXPECT_EQ(out.answer->usage.cached_tokens, 100);
  EXPECT_EQ(out.answer->usage.completion_tokens, 15);
}

TEST(AnthropicDecoder, tool_calls_come_whole_and_beside_words_and_thoughts) {
  const auto out =
      decode({start, begins(0, R"({"type":"thinking","thinking":"","signature":""})"),
              delta(0, R"({"type":"thinking_delta","thinking":"hm"})"),
              delta(0, R"({"type":"signature_delta","signature":"x"})"), begins(1, R"({"type":"text","text":""})"),
              delta(1, R"({"type":"text_delta","text":"I look."})"),
              begins(2, R"({"type":"server_tool_use","id":"s","name":"search","input":{}})"),
              delta(2, R"({"type":"input_json_delta","partial_json":"{}"})"),
              begins(3, R"({"type":"tool_use","id":"A","name":"f","input":{}})"),
              delta(3, R"({"type":"input_json_delta","partial_json":""})"),
              delta(3, R"({"type":"input_json_delta","partial_json":"{\"a\""})"),
              delta(3, R"({"type":"input_json_delta","partial_json":": 1}"})"),
              begins(4, R"({"type":"tool_use","id":"B","name":"g","input":{"b":2}})"),
              begins(5, R"({"type":"tool_use","id":"C","name":"h","input":{}})"), ends("tool_use"), stop});
  ASSERT_TRUE(out.answer) << out.answer.error().what;
  EXPECT_EQ(out.said.text, "I look.");
  EXPECT_EQ(out.answer->finish, "tool_calls");
  ASSERT_EQ(out.said.tool_calls.size(), 3u);
  EXPECT_EQ(out.said.tool_calls[0].id, "A");
  EXPECT_EQ(out.said.tool_calls[0].arguments, R"({"a": 1})");
  EXPECT_EQ(out.said.tool_calls[1].arguments, R"({"b":2})");
  EXPECT_EQ(out.said.tool_calls[2].name, "h");
  EXPECT_EQ(out.said.tool_calls[2].arguments, "{}");
}

TEST(AnthropicDecoder, a_tool_call_is_a_beginning_and_a_thought_is_none) {
  MessagesDecoder decoder;
  Decoder::Piece piece;
  ASSERT_TRUE(decoder.feed({{}, start, {}}, piece));
  ASSERT_TRUE(decoder.feed({{}, delta(0, R"({"type":"thinking_delta","thinking":"hm"})"), {}}, piece));
  EXPECT_FALSE(decoder.started());
  ASSERT_TRUE(decoder.feed({{}, begins(1, R"({"type":"tool_use","id":"A","name":"f"})"), {}}, piece));
  EXPECT_TRUE(decoder.started());
  EXPECT_FALSE(decoder.done());
  ASSERT_TRUE(decoder.feed({"message_stop", "{}", {}}, piece));  // the event's name will do
  EXPECT_TRUE(decoder.done());
}

TEST(AnthropicDecoder, its_reasons_to_stop_are_told_in_our_words) {
  const std::pair<const char*, const char*> cases[] = {{"end_turn", "stop"},      {"stop_sequence", "stop"},
                                                       {"max_tokens", "length"},  {"refusal", "content_filter"},
                                                       {"pause_turn", "stop"},    {"something_new", "something_new"},
                                                       {"tool_use", "tool_calls"}};
  for (const auto& [reason, finish] : cases) EXPECT_EQ(decode({start, ends(reason), stop}).answer->finish, finish);
  EXPECT_EQ(decode({start, word("a")}).answer.error().code, Errc::closed);
  EXPECT_TRUE(decode({start, word("a"), ends("end_turn")}).answer);  // without its message_stop
}

TEST(AnthropicDecoder, an_error_in_the_stream_ends_it_with_its_words) {
  const auto out =
      decode({start, word("a"), R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"});
  ASSERT_FALSE(out.answer);
  EXPECT_EQ(out.answer.error().code, Errc::unavailable);
  EXPECT_NE(out.answer.error().what.find("Overloaded"), std::string::npos);
  EXPECT_EQ(decode({start, "{"}).answer.error().code, Errc::invalid);
}

TEST(AnthropicDecoder, what_it_does_not_know_is_passed_over) {
  const auto out =
      decode({"", "null", "[]", "{}", R"({"type":"new_event","x":1})", R"({"type":"message_start"})",
              R"({"type":"content_block_start","index":-9,"content_block":{"type":"image"}})",
              R"({"type":"content_block_delta","index":7,"delta":{"type":"input_json_delta","partial_json":"x"}})",
              R"({"type":"content_block_delta","delta":{"type":"citations_delta","citation":{}}})", word("yes"),
              ends("end_turn"), stop, word("no")});
  ASSERT_TRUE(out.answer) << out.answer.error().what;
  EXPECT_EQ(out.said.text, "yes");
  EXPECT_TRUE(out.said.tool_calls.empty());
}

}  // namespace
}  // namespace offhook::llm

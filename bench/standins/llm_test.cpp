// OpenAI's chat completions, Anthropic's messages, Gemini.
#include "standins/client_testing.hpp"

namespace offhook::standins::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const net::Headers openai = {{"Authorization", "Bearer k"}};
const net::Headers anthropic = {{"x-api-key", "k"}, {"anthropic-version", "2023-06-01"}};
const net::Headers gemini = {{"x-goog-api-key", "k"}};
const std::string chat = "/v1/chat/completions", messages = "/v1/messages";
const std::string generate = "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse";

Settings saying(std::string words) {
  Settings settings = quick();
  settings.reply = std::move(words);
  return settings;
}

// Calls the tool that is offered first, once; then says what it returned.
Settings calling() {
  Settings settings = quick();
  settings.think = [](const Asked& asked) -> Reply {
    if (asked.after_tool) return {"It said " + asked.tool_result, {}};
    return {"", {{asked.tools.empty() ? "none" : asked.tools.front(), R"({"when":"noon"})"}}};
  };
  return settings;
}

TEST(OpenAiChat, streams_words_finish_and_usage) {
  Client client(saying("Hello there."));
  const Answer answer = client.post(
      chat, openai,
      R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(answer.status, 200);
  const auto events = answer.events();
  ASSERT_EQ(events.size(), 6u) << answer.body;
  EXPECT_EQ(text_at(events[0], "choices/0/delta/role"), "assistant");
  EXPECT_EQ(text_at(events[1], "choices/0/delta/content"), "Hello ");
  EXPECT_EQ(text_at(events[2], "choices/0/delta/content"), "there.");
  EXPECT_EQ(text_at(events[3], "choices/0/finish_reason"), "stop");
  EXPECT_EQ(text_at(events[4], "choices"), "[]");
  EXPECT_EQ(text_at(events[4], "usage/completion_tokens"), "2");
  EXPECT_EQ(events[5], "[DONE]");
  EXPECT_EQ(client.standins.counters(Service::openai_chat).tokens_out, 2);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

TEST(OpenAiChat, calls_a_tool_in_pieces_and_takes_its_result) {
  Client client(calling());
  const std::string tools =
      R"("tools":[{"type":"function","function":{"name":"book","parameters":{"type":"object"}}}])";
  const Answer called = client.post(
      chat, openai, R"({"model":"m","stream":true,"messages":[{"role":"user","content":"x"}],)" + tools + "}");
  std::string arguments, name;
  for (const std::string& event : called.events()) {
    if (event == "[DONE]") continue;
    const json::value piece = at(event, "choices/0/delta/tool_calls/0/function/arguments");
    if (piece.is_string()) arguments += piece.get_string();
    if (at(event, "choices/0/delta/tool_calls/0/id").is_string())
      name = text_at(event, "choices/0/delta/tool_calls/0/function/name");
  }
  EXPECT_EQ(name, "book");
  EXPECT_EQ(arguments, R"({"when":"noon"})");
  EXPECT_THAT(called.body, HasSubstr(R"("finish_reason":"tool_calls")"));
  const std::string calls =
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"book","arguments":"{}"}}]})";
  const Answer answered = client.post(chat, openai,
                                      R"({"model":"m","messages":[{"role":"user","content":"x"},)" + calls +
                                          R"(,{"role":"tool","tool_call_id":"c","content":"done"}]})");
  EXPECT_EQ(text_at(answered.body, "choices/0/message/content"), "It said done");
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
  for (const std::string& bad : {calls + R"(,{"role":"user","content":"and?"})",
                                 std::string(R"({"role":"tool","tool_call_id":"c","content":"done"})")}) {
    const Answer refused = client.post(chat, openai, R"({"model":"m","messages":[)" + bad + "]}");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(text_at(refused.body, "error/type"), "invalid_request_error");
  }
  EXPECT_THAT(client.standins.complaints(), ElementsAre(HasSubstr("not answered: c"), HasSubstr("none has the id")));
}

TEST(OpenAiChat, stops_at_its_bound_and_refuses_what_it_does_not_know) {
  Client client(saying("one two three"));
  const std::string rest = R"("messages":[{"role":"user","content":"Hi"}]})";
  const Answer bounded = client.post(chat, openai, R"({"model":"m","max_completion_tokens":2,)" + rest);
  EXPECT_EQ(text_at(bounded.body, "choices/0/message/content"), "one two ");
  EXPECT_EQ(text_at(bounded.body, "choices/0/finish_reason"), "length");
  EXPECT_EQ(client.post(chat, openai, R"({"model":"m","colour":1,)" + rest).status, 400);
  EXPECT_EQ(client.post(chat, openai, R"({"model":"m","temperature":3,)" + rest).status, 400);
  EXPECT_EQ(client.post(chat, {}, R"({"model":"m",)" + rest).status, 401);
  const Answer wrong = client.post(chat, {{"Authorization", "Bearer wrong"}}, R"({"model":"m",)" + rest);
  EXPECT_EQ(text_at(wrong.body, "error/code"), "invalid_api_key");
  EXPECT_THAT(client.standins.complaints(),
              ElementsAre(HasSubstr("colour"), HasSubstr("temperature"), HasSubstr("no key")));
  client.standins.change([](Settings& settings) { settings.keys_required = false; });
  EXPECT_EQ(client.post(chat, {}, R"({"model":"m",)" + rest).status, 200);
}

TEST(OpenAiChat, a_client_that_leaves_costs_no_more_tokens) {
  Settings settings = quick();
  settings.llm_token = 2ms;
  settings.reply.clear();
  for (int i = 0; i < 2000; ++i) settings.reply += "word ";
  Client client(settings);
  client.send_and_leave(chat, openai, R"({"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]})",
                        1000);
  const auto counters = [&] { return client.standins.counters(Service::openai_chat); };
  EXPECT_TRUE(Client::eventually([&] { return counters().open == 0; }));
  EXPECT_EQ(counters().cancels, 1);
  EXPECT_LT(counters().tokens_out, 1000);
}

TEST(Anthropic, streams_blocks_and_calls_tools) {
  Client client(saying("Hello there."));
  const Answer answer =
      client.post(messages, anthropic,
                  R"({"model":"m","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"Hi"}]})");
  std::vector<std::string> types;
  for (const std::string& event : answer.events()) types.push_back(text_at(event, "type"));
  EXPECT_THAT(types, ElementsAre("message_start", "ping", "content_block_start", "content_block_delta",
                                 "content_block_delta", "content_block_stop", "message_delta", "message_stop"));
  EXPECT_THAT(answer.body, AllOf(HasSubstr("event: message_stop\n"), HasSubstr("end_turn")));

  client.standins.change([](Settings& settings) { settings.think = calling().think; });
  const std::string start =
      R"({"model":"m","max_tokens":50,"tools":[{"name":"book","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"x"})";
  const Answer called = client.post(messages, anthropic, start + "]}");
  EXPECT_EQ(text_at(called.body, "stop_reason"), "tool_use");
  EXPECT_EQ(text_at(called.body, "content/0/input/when"), "noon");
  const std::string use = R"(,{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"book","input":{}}]})";
  const Answer answered = client.post(
      messages, anthropic,
      start + use + R"(,{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"done"}]}]})");
  EXPECT_EQ(text_at(answered.body, "content/0/text"), "It said done");
  EXPECT_THAT(client.standins.complaints(), IsEmpty());

  const auto complaint = [&](const std::string& body, const net::Headers& headers = anthropic) {
    client.standins.clear();
    const Answer refused = client.post(messages, headers, body);
    EXPECT_EQ(text_at(refused.body, "type"), "error") << body;
    return client.standins.complaints().empty() ? "none" : client.standins.complaints().front();
  };
  EXPECT_THAT(complaint(start + use + R"(,{"role":"user","content":"and?"}]})"), HasSubstr("without tool_result"));
  EXPECT_THAT(complaint(start + R"(,{"role":"user","content":"again"}]})"), HasSubstr("alternate"));
  EXPECT_THAT(complaint(R"({"model":"m","messages":[{"role":"user","content":"x"}]})"), HasSubstr("max_tokens"));
  EXPECT_THAT(complaint(start + "]}", {{"x-api-key", "k"}}), HasSubstr("anthropic-version"));
}

TEST(Anthropic, takes_the_documented_key_and_the_one_of_its_own_client_each_with_its_version) {
  Client client;
  const std::string body = R"({"model":"m","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]})";
  const auto status = [&](const net::Headers& headers) { return client.post(messages, headers, body).status; };
  EXPECT_EQ(status(anthropic), 200);
  EXPECT_EQ(status({{"Authorization", "Bearer k"}, {"anthropic-version", "2026-10-21"}}), 200);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
  EXPECT_EQ(status({{"x-api-key", "k"}, {"anthropic-version", "2026-10-21"}}), 400);
  EXPECT_EQ(status({{"Authorization", "Bearer k"}, {"anthropic-version", "2023-06-01"}}), 400);
  EXPECT_EQ(status({{"Authorization", "Bearer wrong"}, {"anthropic-version", "2026-10-21"}}), 401);
  EXPECT_EQ(client.standins.complaints().size(), 2u) << "a wrong key is no mistake of the client";
}

TEST(Gemini, takes_both_spellings_and_both_versions_but_nothing_unknown) {
  Client client(saying("one two three"));
  const auto limited = [&](const std::string& path, const std::string& name) {
    return client.post(path, gemini, R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}],)" + name + ":2}}");
  };
  const std::string v1 = "/v1/models/g:generateContent", beta = "/v1beta/models/g:generateContent";
  for (const std::string name :
       {R"("generationConfig":{"maxOutputTokens")", R"("generation_config":{"max_output_tokens")"})
    for (const std::string& path : {v1, beta})
      EXPECT_EQ(text_at(limited(path, name).body, "candidates/0/finishReason"), "MAX_TOKENS") << path << name;
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
  EXPECT_EQ(limited(beta, R"("generationConfig":{"max_tokens")").status, 400);
  EXPECT_EQ(limited("/v2/models/g:generateContent", R"("generationConfig":{"maxOutputTokens")").status, 404);
}

TEST(Gemini, streams_parts_and_calls_tools) {
  Client client(saying("Hello there."));
  const Answer answer = client.post(generate, gemini, R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})");
  const auto events = answer.events();
  ASSERT_EQ(events.size(), 3u) << answer.body;
  EXPECT_EQ(text_at(events[0], "candidates/0/content/parts/0/text"), "Hello ");
  EXPECT_EQ(text_at(events[2], "candidates/0/finishReason"), "STOP");
  EXPECT_EQ(text_at(events[2], "usageMetadata/candidatesTokenCount"), "2");

  client.standins.change([](Settings& settings) { settings.think = calling().think; });
  const std::string start =
      R"({"tools":[{"functionDeclarations":[{"name":"book","description":"d","parameters":{"type":"object"}}]}],"contents":[{"role":"user","parts":[{"text":"x"}]})";
  const Answer called = client.post(generate, gemini, start + "]}");
  EXPECT_EQ(text_at(called.events()[0], "candidates/0/content/parts/0/functionCall/args/when"), "noon");
  const std::string use = R"(,{"role":"model","parts":[{"functionCall":{"name":"book","args":{}}}]})";
  const Answer answered = client.post(
      generate, gemini,
      start + use + R"(,{"role":"user","parts":[{"functionResponse":{"name":"book","response":{"ok":true}}}]}]})");
  EXPECT_EQ(text_at(answered.events()[0], "candidates/0/content/parts/0/text"), "It ");
  EXPECT_THAT(client.standins.complaints(), IsEmpty());

  EXPECT_EQ(client.post(generate, gemini, start + use + R"(,{"role":"user","parts":[{"text":"and?"}]}]})").status, 400);
  EXPECT_EQ(client.post("/v1beta/models/g:streamGenerateContent", gemini, start + "]}").status, 400);
  const Answer wrong = client.post(generate, {{"x-goog-api-key", "wrong"}}, start + "]}");
  EXPECT_EQ(text_at(wrong.body, "error/status"), "UNAUTHENTICATED");
  EXPECT_THAT(client.standins.complaints(), ElementsAre(HasSubstr("function response parts"), HasSubstr("alt")));
}

}  // namespace
}  // namespace offhook::standins::testing

#include "eval/agents_mind.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "llm/scripted_server.hpp"

namespace offhook::eval {
namespace {

using testing::HasSubstr;

server::AgentFile agent_at(const std::string& url) {
  auto agent = server::parse_agent(
      "name: shop\ninstructions: You are a shop.\nllm: { provider: openai, model: m, api_key: k, base_url: '" + url +
          "' }\n",
      "agent.yaml");
  EXPECT_TRUE(agent) << (agent ? "" : agent.error().what);
  return *agent;
}

call::action::Ask question(const std::string& text) {
  call::action::Ask ask;
  ask.context = {std::make_shared<const dialog::Item>(dialog::Item{dialog::Item::Kind::caller, text, false, {}, {}})};
  return ask;
}

TEST(AgentsMind, asks_the_agents_model_as_a_call_would_and_waits_for_all_of_the_answer) {
  std::mutex mutex;
  std::string asked;
  llm::ScriptedServer server([&](llm::ScriptedServer::Connection& c) {
    {
      const std::lock_guard lock(mutex);
      asked = c.request;
    }
    c.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    c.chunk("data: {\"choices\":[{\"delta\":{\"content\":\"From nine \"}}]}\n\n");
    c.chunk("data: {\"choices\":[{\"delta\":{\"content\":\"to five.\"},\"finish_reason\":\"stop\"}]}\n\n");
    c.chunk("data: [DONE]\n\n");
    c.say("0\r\n\r\n");
  });
  auto mind = AgentsMind::open(agent_at(server.url()), "/nowhere");
  ASSERT_TRUE(mind) << mind.error().what;
  const Thought thought = (*mind)->think(question("When are you open?"));
  EXPECT_EQ(thought.failure, "");
  EXPECT_EQ(thought.text, "From nine to five.");
  const std::lock_guard lock(mutex);
  EXPECT_THAT(asked, HasSubstr("You are a shop."));
  EXPECT_THAT(asked, HasSubstr("When are you open?"));
}

TEST(AgentsMind, a_service_that_refuses_is_a_failure_in_its_own_words) {
  llm::ScriptedServer server([](llm::ScriptedServer::Connection& c) {
    c.say("HTTP/1.1 401 Unauthorized\r\nContent-Length: 33\r\n\r\n{\"error\":{\"message\":\"no such key\"}}");
    c.hang_up();
  });
  auto mind = AgentsMind::open(agent_at(server.url()), "/nowhere");
  ASSERT_TRUE(mind) << mind.error().what;
  EXPECT_THAT((*mind)->think(question("Hello")).failure, HasSubstr("401"));
}

TEST(AgentsMind, who_does_not_answer_in_time_is_a_failure) {
  llm::ScriptedServer server([](llm::ScriptedServer::Connection& c) { c.wait_for_close(); });
  auto mind = AgentsMind::open(agent_at(server.url()), "/nowhere");
  ASSERT_TRUE(mind) << mind.error().what;
  llm::Request request;
  request.messages = {{llm::Role::user, "Hello", {}, {}}};
  EXPECT_NE((*mind)->ask(std::move(request), 100ms).failure, "");
}

TEST(AgentsMind, an_embedded_model_that_is_not_there_is_an_error) {
  const auto agent = server::parse_agent("name: shop\ninstructions: You are a shop.\n", "agent.yaml");
  const auto mind = AgentsMind::open(*agent, "/nowhere");
  ASSERT_FALSE(mind);
  EXPECT_EQ(mind.error().code, Errc::not_found);
}

}  // namespace
}  // namespace offhook::eval

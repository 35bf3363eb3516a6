#include "tts/service_voice_testing.hpp"

namespace offhook::tts {
namespace {

using testing::ElementsAre;
using testing::Pair;

using Cartesia = ServiceVoice;

TEST_F(Cartesia, a_clause_on_the_wire) {
  use({.provider = "cartesia",
       .base_url = "https://eu.example/",
       .api_key = "k",
       .voice = "v-1",
       .language = "en",
       .speed = 1.2});
  Listener listener;
  speak(listener, "Hello, my friend.");
  const auto& call = http.last_connect().call;
  EXPECT_EQ(call.url, "wss://eu.example/tts/websocket");
  EXPECT_EQ(net::find_header(call.headers, "X-API-Key"), "k");
  EXPECT_EQ(net::find_header(call.headers, "Cartesia-Version").size(), 10u);
  const auto socket = accept();
  const auto request = sent(*socket, 0);
  EXPECT_EQ(request.at("model_id"), "sonic-3.5");
  EXPECT_EQ(request.at("transcript"), "Hello, my friend.");
  EXPECT_EQ(request.at("continue"), false);
  EXPECT_EQ(request.at("output_format").at("sample_rate"), 8000);
  EXPECT_EQ(request.at("generation_config").at("speed"), 1.2);
  const std::string id(request.at("context_id").as_string());
  socket->text(R"({"type":"timestamps","context_id":")" + id + R"(","done":false,"word_timestamps":
      {"words":["Hello","my"],"start":[0,0.5],"end":[0.45,0.75]}})");
  socket->text(R"({"type":"chunk","context_id":")" + id + R"(","data":")" + base64(160) + R"("})");
  socket->text(R"({"type":"timestamps","context_id":")" + id + R"(","done":false,"word_timestamps":
      {"words":["friend."],"start":[0.8],"end":[1.1]}})");
  socket->text(R"({"type":"done","context_id":")" + id + R"(","done":true})");
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ(listener.sound.size(), 160u);
  EXPECT_THAT(listener.said, ElementsAre(Pair(6u, 3600), Pair(9u, 6000), Pair(17u, 8800)));
}

TEST_F(Cartesia, a_rate_it_does_not_have_is_made_of_the_next_higher) {
  use({.provider = "cartesia", .voice = "v-1"});
  Listener listener;
  speak(listener, "Hello.", {}, 12000);
  const auto socket = accept();
  EXPECT_EQ(sent(*socket, 0).at("output_format").at("sample_rate"), 16000);
  const std::string id(sent(*socket, 0).at("context_id").as_string());
  socket->text(R"({"type":"chunk","context_id":")" + id + R"(","data":")" + base64(1600) + R"("})");
  socket->text(R"({"type":"done","context_id":")" + id + R"(","done":true})");
  EXPECT_TRUE(listener.ok());
  EXPECT_EQ(listener.sound.size(), 1200u);
}

TEST_F(Cartesia, a_language_is_sent_without_its_region) {
  use({.provider = "cartesia", .voice = "v-1", .language = "en-US"});
  Listener listener;
  speak(listener, "Hello.");
  EXPECT_EQ(sent(*accept(), 0).at("language"), "en");
}

TEST_F(Cartesia, broken_utf8_cannot_cost_the_socket) {
  use({.provider = "cartesia", .voice = "v-1"});
  Listener listener;
  speak(listener, "caf\xE9 now");
  EXPECT_EQ(sent(*accept(), 0).at("transcript"), "caf\xEF\xBF\xBD now");
}

}  // namespace
}  // namespace offhook::tts

#include "standins/client_testing.hpp"

namespace offhook::standins::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const net::Headers key = {{"xi-api-key", "k"}};
const std::string single = "/v1/text-to-speech/v1/stream-input?model_id=eleven_flash_v2_5&output_format=ulaw_8000";
const std::string multi = "/v1/text-to-speech/v1/multi-stream-input?model_id=eleven_flash_v2_5&output_format=pcm_8000";

TEST(ElevenLabs, a_stream_is_spoken_with_its_characters_in_place) {
  Client client;
  auto socket = client.open(single, key);
  ASSERT_TRUE(socket) << client.refused;
  socket->text(R"({"text":" ","voice_settings":{"speed":1.0},"generation_config":{"chunk_length_schedule":[50]}})");
  socket->text(R"({"text":"Hello. "})");
  socket->text(R"({"text":""})");
  EXPECT_NE(socket->wait_for("isFinal", "true"), "");
  EXPECT_THAT(socket->closed(), StartsWith("code 1000"));
  std::string said;
  for (const std::string& message : socket->all()) {
    const json::value chars = at(message, "alignment/chars");
    if (!chars.is_array()) continue;
    for (const json::value& c : chars.get_array()) said += c.as_string();
    EXPECT_EQ(at(message, "alignment/charStartTimesMs").as_array().size(), chars.get_array().size());
  }
  EXPECT_EQ(said, "Hello. ");
  EXPECT_EQ(client.standins.counters(Service::elevenlabs).characters, 7);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

TEST(ElevenLabs, contexts_wait_for_enough_text_and_end_when_they_are_closed) {
  Client client;
  auto socket = client.open(multi, key);
  ASSERT_TRUE(socket) << client.refused;
  socket->text(R"({"text":" ","context_id":"a"})");
  socket->text(R"({"text":"Hello. ","context_id":"a"})");
  socket->text(R"({"text":"","context_id":"a"})");
  socket->text(R"({"text":" ","context_id":"b"})");
  socket->text(R"({"text":"Yes. ","context_id":"b","flush":true})");
  EXPECT_EQ(text_at(socket->wait_for("contextId", "b"), "isFinal"), "null") << "a waits for its 120 characters";
  socket->text(R"({"context_id":"a","flush":true})");
  socket->text(R"({"context_id":"a","close_context":true})");
  EXPECT_NE(socket->wait_for("isFinal", "true"), "");
  EXPECT_EQ(text_at(socket->all().back(), "contextId"), "a");
  socket->text(R"({"close_socket":true})");
  EXPECT_THAT(socket->closed(), StartsWith("code 1000"));
  const Counters counters = client.standins.counters(Service::elevenlabs);
  EXPECT_NEAR(counters.seconds_out, 12 * 0.06, 1e-6);
  EXPECT_EQ(counters.keepalives, 1);
  EXPECT_EQ(counters.contexts_open, 0);
  EXPECT_EQ(counters.most_contexts, 2);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

TEST(ElevenLabs, a_context_closed_while_it_speaks_says_one_piece_more) {
  Settings settings = quick();
  settings.tts_speed = 2;
  Client client(settings);
  auto socket = client.open(multi + "&auto_mode=true", key);
  ASSERT_TRUE(socket) << client.refused;
  socket->text(R"({"text":" ","context_id":"a"})");
  socket->text(R"({"text":")" + std::string(100, 'x') + R"(. ","context_id":"a"})");
  EXPECT_NE(socket->wait_for("contextId", "a"), "");
  socket->text(R"({"context_id":"a","close_context":true})");
  EXPECT_NE(socket->wait_for("isFinal", "true"), "");
  const Counters counters = client.standins.counters(Service::elevenlabs);
  EXPECT_EQ(counters.cancels, 1);
  EXPECT_NEAR(counters.seconds_after_cancel, 0.1, 1e-6);
  EXPECT_LT(counters.seconds_out, 3);
}

TEST(ElevenLabs, a_wrong_client_is_told_and_remembered) {
  Client client;
  EXPECT_FALSE(client.open(single, {{"xi-api-key", "wrong"}}));
  EXPECT_FALSE(client.open("/v1/text-to-speech/v1/stream-input?model_id=m", key));
  const auto after = [&](const std::string& path, const net::Headers& headers, std::vector<std::string> messages) {
    auto socket = client.open(path, headers);
    for (std::string& message : messages) socket->text(std::move(message));
    return socket->closed();
  };
  EXPECT_THAT(after(single, key, {R"({"text":"Hello"})"}), StartsWith("code 1008"));
  EXPECT_THAT(after(single, {}, {R"({"text":" "})"}), HasSubstr("no key"));
  EXPECT_THAT(after(multi, key, {R"({"text":"","context_id":"a"})"}), HasSubstr("takes the place"));
  EXPECT_THAT(
      after(multi, key,
            {R"({"text":" ","context_id":"a"})", R"({"text":"x ","context_id":"a","voice_settings":{"speed":1}})"}),
      HasSubstr("settings may only come"));
  EXPECT_THAT(client.standins.complaints(),
              ElementsAre(HasSubstr("output_format"), HasSubstr("one blank"), HasSubstr("no key"),
                          HasSubstr("takes the place"), HasSubstr("settings may only come")));
  client.standins.clear();
  auto bringing = client.open(single, {});
  bringing->text(R"({"text":" ","xi-api-key":"k"})");
  bringing->text(R"({"text":""})");
  EXPECT_THAT(bringing->closed(), StartsWith("code 1000"));
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

}  // namespace
}  // namespace offhook::standins::testing

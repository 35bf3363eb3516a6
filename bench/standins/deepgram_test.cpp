#include "standins/client_testing.hpp"

namespace offhook::standins::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const net::Headers key = {{"Authorization", "Token k"}};
const std::string listen =
    "/v1/listen?model=nova-3&encoding=linear16&sample_rate=8000&interim_results=true&vad_events=true";
const std::string flux = "/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=8000&eager_eot_threshold=0.4";

TEST(DeepgramListen, an_utterance_grows_and_is_final_after_its_silence) {
  Client client;
  auto socket = client.open(listen, key);
  ASSERT_TRUE(socket) << client.refused;
  socket->binary(sound(0.5, false));
  socket->binary(sound(2, true));
  EXPECT_NEAR(at(socket->wait_for("type", "SpeechStarted"), "timestamp").to_number<double>(), 0.5, 0.02);
  const std::string first = socket->wait_for("is_final", "false");
  EXPECT_EQ(text_at(first, "channel/alternatives/0/transcript"), "what");
  socket->binary(sound(0.29, false));
  socket->text(R"({"type":"KeepAlive"})");
  socket->binary(sound(0.02, false));
  const std::string last = socket->wait_for("is_final", "true");
  EXPECT_EQ(text_at(last, "channel/alternatives/0/transcript"), "what time do you open on saturday");
  EXPECT_EQ(text_at(last, "speech_final"), "true");
  EXPECT_NEAR(at(last, "duration").to_number<double>(), 2.8, 0.02);
  EXPECT_NEAR(at(last, "channel/alternatives/0/words/0/start").to_number<double>(), 0.5, 0.02);
  EXPECT_NEAR(at(last, "channel/alternatives/0/words/6/end").to_number<double>(), 2.5, 0.02);
  socket->text(R"({"type":"CloseStream"})");
  EXPECT_NEAR(at(socket->wait_for("type", "Metadata"), "duration").to_number<double>(), 2.81, 0.01);
  EXPECT_THAT(socket->closed(), StartsWith("code 1000"));
  const Counters counters = client.standins.counters(Service::deepgram);
  EXPECT_NEAR(counters.seconds_in, 2.81, 0.01);
  EXPECT_EQ(counters.keepalives, 1);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

TEST(DeepgramListen, finalize_is_answered_with_what_was_said_and_each_utterance_is_another) {
  Settings settings = quick();
  settings.phrases = {"yes please", "no thanks"};
  settings.stt_answer = 20ms;
  Client client(settings);
  auto socket = client.open(listen + "&endpointing=false", key);
  ASSERT_TRUE(socket) << client.refused;
  for (const std::string_view said : {"yes please", "no thanks", "yes please"}) {
    socket->binary(sound(0.8, true) + sound(0.5, false));
    socket->text(R"({"type":"Finalize"})");
    const std::string result = socket->wait_for("from_finalize", "true");
    EXPECT_EQ(text_at(result, "channel/alternatives/0/transcript"), said);
    EXPECT_EQ(text_at(result, "speech_final"), "false");
  }
  socket->text(R"({"type":"Finalize"})");
  EXPECT_EQ(text_at(socket->wait_for("from_finalize", "true"), "channel/alternatives/0/transcript"), "");
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

TEST(DeepgramListen, long_speech_is_final_in_pieces_that_add_up) {
  Settings settings = quick();
  settings.stt_segment = 1s;
  Client client(settings);
  auto socket = client.open(listen, key);
  ASSERT_TRUE(socket) << client.refused;
  socket->binary(sound(1.5, true) + sound(0.4, false));
  const std::string piece = socket->wait_for("is_final", "true"), rest = socket->wait_for("is_final", "true");
  EXPECT_EQ(text_at(piece, "channel/alternatives/0/transcript"), "what time do");
  EXPECT_EQ(text_at(piece, "speech_final"), "false");
  EXPECT_EQ(text_at(rest, "channel/alternatives/0/transcript"), "you open on saturday");
  EXPECT_EQ(text_at(rest, "speech_final"), "true");
}

TEST(DeepgramListen, a_wrong_client_is_refused_and_remembered) {
  Client client;
  EXPECT_FALSE(client.open(listen, {}));
  EXPECT_THAT(client.refused, HasSubstr("401"));
  EXPECT_FALSE(client.open(listen, {{"Authorization", "Token wrong"}}));
  EXPECT_THAT(client.refused, HasSubstr("INVALID_AUTH"));
  EXPECT_FALSE(client.open(listen + "&colour=red", key));
  EXPECT_FALSE(client.open("/v1/listen?model=nova-3&encoding=mulaw&sample_rate=8000&utterance_end_ms=1000", key));
  EXPECT_FALSE(client.open("/v3/listen", key));
  EXPECT_THAT(client.standins.complaints(), ElementsAre(HasSubstr("no key"), HasSubstr("colour"),
                                                        HasSubstr("interim_results"), HasSubstr("/v3/listen")));
  client.standins.clear();

  auto empty = client.open(listen, key);
  empty->binary("");
  EXPECT_THAT(empty->closed(), StartsWith("code 1000"));
  auto unknown = client.open(listen, key);
  unknown->text(R"({"type":"Finalize","now":true})");
  EXPECT_THAT(unknown->closed(), StartsWith("code 1008: DATA-0000"));
  EXPECT_THAT(client.standins.complaints(), ElementsAre(HasSubstr("zero-length"), HasSubstr("now")));
}

TEST(DeepgramListen, who_sends_nothing_is_closed) {
  Settings settings = quick();
  settings.deepgram_idle = 20ms;
  Client client(settings);
  auto socket = client.open(listen, key);
  ASSERT_TRUE(socket);
  EXPECT_THAT(socket->closed(), StartsWith("code 1011: NET-0001"));
}

TEST(DeepgramFlux, a_pause_is_an_eager_end_and_speech_behind_it_resumes_the_turn) {
  Settings settings = quick();
  settings.phrases = {"i would like", "a table"};
  Client client(settings);
  auto socket = client.open(flux, key);
  ASSERT_TRUE(socket) << client.refused;
  EXPECT_NE(socket->wait_for("type", "Connected"), "");
  const auto event = [&](std::string_view name) { return socket->wait_for("event", name); };
  socket->binary(sound(0.2, false) + sound(1, true));
  EXPECT_EQ(text_at(event("StartOfTurn"), "transcript"), "i");
  socket->binary(sound(0.2, false));
  EXPECT_EQ(text_at(event("EagerEndOfTurn"), "transcript"), "i would like");
  socket->binary(sound(0.5, true));
  EXPECT_EQ(text_at(event("TurnResumed"), "transcript"), "i would like a");
  socket->binary(sound(0.4, false));
  const std::string eager = event("EagerEndOfTurn"), end = event("EndOfTurn");
  EXPECT_EQ(text_at(eager, "transcript"), "i would like a table");
  EXPECT_EQ(text_at(end, "transcript"), "i would like a table");
  EXPECT_EQ(text_at(end, "trigger"), "model");
  EXPECT_EQ(text_at(end, "turn_index"), "0");
  EXPECT_GE(at(end, "end_of_turn_confidence").to_number<double>(), 0.7);
  socket->binary(sound(0.5, true));
  EXPECT_EQ(text_at(event("StartOfTurn"), "turn_index"), "1");
  socket->text(R"({"type":"ForceEndTurn"})");
  EXPECT_EQ(text_at(event("EndOfTurn"), "trigger"), "manual");
  socket->text(R"({"type":"Configure","thresholds":{"eot_threshold":0.9}})");
  EXPECT_EQ(at(socket->wait_for("type", "ConfigureSuccess"), "thresholds/eot_threshold").to_number<double>(), 0.9);
  socket->text(R"({"type":"CloseStream"})");
  EXPECT_THAT(socket->closed(), StartsWith("code 1000"));
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

TEST(DeepgramFlux, a_wrong_client_is_refused_and_remembered) {
  Client client;
  EXPECT_FALSE(client.open("/v2/listen?model=nova-3&encoding=linear16&sample_rate=8000", key));
  EXPECT_FALSE(client.open(flux + "&eot_threshold=0.5&eager_eot_threshold=0.6", key));
  auto socket = client.open(flux, key);
  ASSERT_TRUE(socket);
  socket->text(R"({"type":"KeepAlive"})");
  EXPECT_THAT(socket->closed(), StartsWith("code 1008"));
  EXPECT_THAT(client.standins.complaints(),
              ElementsAre(HasSubstr("flux-general-en"), HasSubstr("comes twice"), HasSubstr("KeepAlive")));
}

}  // namespace
}  // namespace offhook::standins::testing

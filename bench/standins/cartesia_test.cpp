#include "standins/client_testing.hpp"

namespace offhook::standins::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const net::Headers key = {{"X-API-Key", "k"}, {"Cartesia-Version", "2026-03-01"}};

std::string generation(std::string_view context, std::string_view transcript, bool more, std::string_view rest = {}) {
  return R"({"context_id":")" + std::string(context) + R"(","model_id":"sonic-3.5","transcript":")" +
         std::string(transcript) + R"(","continue":)" + (more ? "true" : "false") +
         R"(,"voice":{"mode":"id","id":"v"},"language":"en","add_timestamps":true,"max_buffer_delay_ms":0,)" +
         R"("output_format":{"container":"raw","encoding":"pcm_mulaw","sample_rate":8000})" + std::string(rest) + "}";
}

std::size_t bytes_of(const std::vector<std::string>& messages, std::string_view context) {
  std::size_t bytes = 0;
  for (const std::string& message : messages) {
    if (text_at(message, "type") != "chunk" || text_at(message, "context_id") != context) continue;
    const std::string data = text_at(message, "data");
    bytes += data.size() / 4 * 3 - static_cast<std::size_t>(std::count(data.begin(), data.end(), '='));
  }
  return bytes;
}

TEST(Cartesia, contexts_speak_side_by_side_and_tell_their_words) {
  Client client;
  auto socket = client.open("/tts/websocket", key);
  ASSERT_TRUE(socket) << client.refused;
  socket->text(generation("a", "Hello there. ", true));
  socket->text(generation("b", "Yes.", false));
  socket->text(generation("a", "Bye.", false));
  EXPECT_NE(socket->wait_for("type", "done"), "");
  EXPECT_NE(socket->wait_for("type", "done"), "");
  EXPECT_EQ(bytes_of(socket->all(), "a"), 17u * 480) << "60 ms a character at 8 kHz";
  EXPECT_EQ(bytes_of(socket->all(), "b"), 4u * 480);
  std::vector<std::string> words;
  double last = 0;
  for (const std::string& message : socket->all()) {
    if (text_at(message, "type") != "timestamps" || text_at(message, "context_id") != "a") continue;
    const json::value told = at(message, "word_timestamps/words");
    for (const json::value& word : told.as_array()) words.emplace_back(word.as_string());
    EXPECT_GE(at(message, "word_timestamps/start/0").to_number<double>(), last);
    last = at(message, "word_timestamps/end/0").to_number<double>();
  }
  EXPECT_THAT(words, ElementsAre("Hello", "there.", "Bye."));
  EXPECT_NEAR(last, 17 * 0.06, 1e-6);
  const Counters counters = client.standins.counters(Service::cartesia);
  EXPECT_EQ(counters.characters, 21);
  EXPECT_NEAR(counters.seconds_out, 21 * 0.06, 1e-6);
  EXPECT_EQ(counters.most_contexts, 2);
  EXPECT_EQ(counters.contexts_open, 0);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

TEST(Cartesia, a_cancelled_context_says_one_piece_more_and_is_used_up) {
  Settings settings = quick();
  settings.tts_speed = 2;
  Client client(settings);
  auto socket = client.open("/tts/websocket", key);
  ASSERT_TRUE(socket) << client.refused;
  socket->text(generation("a", std::string(100, 'x') + ".", true));
  EXPECT_NE(socket->wait_for("type", "chunk"), "");
  socket->text(R"({"context_id":"a","cancel":true})");
  EXPECT_TRUE(Client::eventually([&] { return client.standins.counters(Service::cartesia).seconds_after_cancel > 0; }));
  const Counters counters = client.standins.counters(Service::cartesia);
  EXPECT_NEAR(counters.seconds_after_cancel, 0.1, 1e-6);
  EXPECT_LT(counters.seconds_out, 3);
  EXPECT_EQ(counters.cancels, 1);
  EXPECT_EQ(counters.contexts_open, 0);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
  socket->text(generation("a", "more", true));
  EXPECT_THAT(text_at(socket->wait_for("type", "error"), "message"), HasSubstr("cancelled"));
  EXPECT_EQ(client.standins.counters(Service::cartesia).characters_after_cancel, 4);
}

TEST(Cartesia, text_waits_for_its_sentence_unless_flushed) {
  Client client;
  auto socket = client.open("/tts/websocket", key);
  ASSERT_TRUE(socket) << client.refused;
  const auto buffered = [&](std::string_view text, bool flush) {
    std::string message = generation("a", text, true, flush ? ",\"flush\":true" : "");
    message.replace(message.find("\"max_buffer_delay_ms\":0"), 23, "\"max_buffer_delay_ms\":5000");
    return message;
  };
  socket->text(buffered("Hello", false));
  socket->text(buffered("", true));
  const std::string done = socket->wait_for("type", "flush_done");
  EXPECT_EQ(text_at(done, "flush_id"), "1");
  EXPECT_EQ(bytes_of(socket->all(), "a"), 5u * 480);
  EXPECT_THAT(client.standins.complaints(), IsEmpty());
}

TEST(Cartesia, an_idle_context_expires_and_its_id_with_it) {
  Settings settings = quick();
  settings.cartesia_context_idle = 10ms;
  Client client(settings);
  auto socket = client.open("/tts/websocket", key);
  ASSERT_TRUE(socket) << client.refused;
  socket->text(generation("a", "Hi.", true));
  EXPECT_NE(socket->wait_for("type", "done"), "");
  socket->text(generation("a", "More.", false));
  EXPECT_THAT(text_at(socket->wait_for("type", "error"), "message"), HasSubstr("expired"));
  EXPECT_THAT(client.standins.complaints(), ElementsAre(HasSubstr("expired")));
}

TEST(Cartesia, a_wrong_client_is_told_and_remembered) {
  Client client;
  EXPECT_FALSE(client.open("/tts/websocket", {{"Cartesia-Version", "2026-03-01"}}));
  EXPECT_FALSE(client.open("/tts/websocket", {{"X-API-Key", "k"}}));
  EXPECT_FALSE(client.open("/tts/websocket", {{"X-API-Key", "wrong"}, {"Cartesia-Version", "2026-03-01"}}));
  EXPECT_THAT(client.refused, HasSubstr("401"));
  auto socket = client.open("/tts/websocket", key);
  ASSERT_TRUE(socket);
  const auto error = [&] { return text_at(socket->wait_for("type", "error"), "message"); };
  socket->text(generation("a", "Hello ", true));
  socket->text(generation("a", "you.", true, R"(,"pronunciation_dict_id":"d")"));
  EXPECT_THAT(error(), HasSubstr("may change"));
  socket->text(generation("b", "x", false, R"(,"colour":1)"));
  EXPECT_THAT(error(), HasSubstr("unknown field \"colour\""));
  socket->text(generation("c", "x", false, R"(,"flush":"yes")"));
  EXPECT_THAT(error(), HasSubstr("flush"));
  socket->text("hello");
  EXPECT_THAT(error(), HasSubstr("not JSON"));
  socket->text(R"({"context_id":"never","cancel":true})");
  socket->binary("x");
  EXPECT_THAT(error(), HasSubstr("binary"));
  EXPECT_EQ(client.standins.complaints().size(), 8u);
}

}  // namespace
}  // namespace offhook::standins::testing

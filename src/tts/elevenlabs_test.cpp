#include "audio/g711.hpp"
#include "tts/service_voice_testing.hpp"

namespace offhook::tts {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;

struct ElevenLabs : ServiceVoice {
  static std::string context(const net::FakeSocket& socket, std::size_t i) {
    const auto message = sent(socket, i);
    return message.contains("context_id") ? std::string(message.at("context_id").as_string()) : std::string();
  }
  static std::string final(const std::string& context) {
    return R"({"isFinal":true,"contextId":")" + context + R"("})";
  }
  static std::string audio(const std::string& context, std::string_view more = {}) {
    return R"({"audio":"AAAAAA==","contextId":")" + context + "\"" + std::string(more) + "}";  // 4 bytes of mu-law
  }
  Spec multi{.provider = "elevenlabs", .base_url = "ws://127.0.0.1:1", .api_key = "k", .voice = "v-1"};
  Spec single{.provider = "elevenlabs-single", .base_url = "http://127.0.0.1:1", .api_key = "k", .voice = "v-1"};
};

TEST_F(ElevenLabs, a_clause_on_the_wire) {
  use(multi);
  Listener listener;
  speak(listener, "Hi there.");
  const auto& call = http.last_connect().call;
  EXPECT_THAT(call.url, HasSubstr("ws://127.0.0.1:1/v1/text-to-speech/v-1/multi-stream-input?model_id=eleven_flash"));
  EXPECT_THAT(call.url, HasSubstr("output_format=ulaw_8000"));
  EXPECT_EQ(net::find_header(call.headers, "xi-api-key"), "k");
  const auto socket = accept();
  ASSERT_THAT(socket->sent, SizeIs(3));
  const std::string id = context(*socket, 0);
  socket->text(audio(id, R"(,"alignment":{"chars":["H","i"," ","t"],"charStartTimesMs":[0,1,2,3],
      "charDurationsMs":[1,1,1,1]})"));
  socket->text(audio(id, R"(,"alignment":{"chars":["h","e","r","e","."," "],"charStartTimesMs":[0,1,2,3,4,5],
      "charDurationsMs":[1,1,1,1,1,1]})"));
  EXPECT_THAT(listener.sound, SizeIs(8));
  EXPECT_THAT(listener.sound, Each(audio::mulaw_decode(0)));
  // A word may begin in one message and end in the next, whose times begin anew with its own sound.
  EXPECT_THAT(listener.said, ElementsAre(Pair(2u, 16), Pair(9u, 4 + 40)));
  socket->text(final(id));
  EXPECT_TRUE(listener.ok());
}

TEST_F(ElevenLabs, five_clauses_on_a_socket_and_then_another_socket) {
  use(multi);
  std::vector<Listener> many(6);
  for (Listener& l : many) speak(l, "Hello.");
  ASSERT_THAT(http.connects, SizeIs(2));
  const auto one = accept(0), two = accept(1);
  EXPECT_THAT(one->sent, SizeIs(15));
  EXPECT_THAT(two->sent, SizeIs(3));
  // What is cancelled counts until its end is told.
  many[0].handle.reset();
  many[5].handle.reset();
  EXPECT_THAT(one->sent, SizeIs(15)) << "its close_context went out with it";
  for (int i = 0; i < 4; ++i) speak(many[5], "Again.");  // each cancels the one before
  EXPECT_THAT(one->sent, SizeIs(15));
  EXPECT_THAT(two->sent, SizeIs(15));
  speak(many[0], "More.");
  ASSERT_THAT(http.connects, SizeIs(3)) << "no place left";
  one->text(final(context(*one, 0)));
  EXPECT_THAT(one->sent, SizeIs(18)) << "whoever waits takes the first place there is";
}

TEST_F(ElevenLabs, a_place_is_free_again_though_its_end_is_never_told) {
  use(multi);
  std::vector<Listener> many(5);
  for (Listener& l : many) speak(l, "Hello.");
  const auto socket = accept();
  for (Listener& l : many) l.handle.reset();
  loop.advance(5s);
  Listener next;
  speak(next, "Hello.");
  EXPECT_EQ(socket->texts().back(), R"({"close_context":true,"context_id":"c6"})");
  EXPECT_THAT(http.connects, SizeIs(1));
}

TEST_F(ElevenLabs, a_socket_nobody_speaks_on_is_kept_alive) {
  use(multi);
  voice->warm(loop);
  const auto socket = accept();
  loop.advance(35s);
  EXPECT_THAT(socket->texts(), ElementsAre(R"({"text":""})", R"({"text":""})", R"({"text":""})"));
  loop.advance(4min);
  EXPECT_TRUE(socket->closing) << "but not for ever";
  EXPECT_EQ(loop.armed_timers(), 0u);
}

TEST_F(ElevenLabs, another_rate_is_another_socket) {
  use(multi);
  Listener narrow, wide;
  speak(narrow, "Hello.");
  speak(wide, "Hello.", {}, 16000);
  ASSERT_THAT(http.connects, SizeIs(2));
  EXPECT_THAT(http.last_connect().call.url, HasSubstr("output_format=pcm_16000"));
}

TEST_F(ElevenLabs, without_contexts_each_clause_has_its_socket_and_the_next_is_open_ahead) {
  use(single);
  voice->warm(loop);
  ASSERT_THAT(http.connects, SizeIs(1));
  EXPECT_THAT(http.last_connect().call.url, HasSubstr("ws://127.0.0.1:1/v1/text-to-speech/v-1/stream-input?"));
  const auto first = accept();
  Listener a, b;
  speak(a, "One.");
  EXPECT_THAT(first->sent, SizeIs(3));
  ASSERT_THAT(http.connects, SizeIs(2)) << "the spare";
  const auto spare = accept();
  EXPECT_THAT(spare->sent, SizeIs(0));
  speak(b, "Two.");
  EXPECT_THAT(spare->sent, SizeIs(3)) << "without a handshake";
  first->text(R"({"audio":"AAAA"})");
  first->text(R"({"isFinal":true})");
  EXPECT_TRUE(a.ok());
  EXPECT_TRUE(first->closing);
  b.handle.reset();
  EXPECT_TRUE(spare->cut) << "nothing else stops it";
  ASSERT_THAT(http.connects, SizeIs(3));
  const auto last = accept();
  loop.advance(3min);
  EXPECT_TRUE(last->closing) << "nobody has spoken for long";
  loop.advance(1h);
  EXPECT_THAT(http.connects, SizeIs(3));
}

TEST_F(ElevenLabs, an_error_without_a_context_is_the_sockets) {
  use(multi);
  Listener listener;
  speak(listener, "Hello.");
  accept()->text(R"({"message":"This request exceeds your quota.","error":"quota_exceeded","code":1008})");
  EXPECT_EQ(listener.code(), Errc::refused);
  EXPECT_THAT(listener.what(), HasSubstr("elevenlabs: This request exceeds your quota."));
}

TEST_F(ElevenLabs, a_language_is_sent_without_its_region) {
  for (Spec spec : {multi, single}) {
    spec.language = "pt-BR";
    use(spec);
    Listener listener;
    speak(listener, "Hello.");
    EXPECT_THAT(http.last_connect().call.url, HasSubstr("&language_code=pt&"));
  }
}

TEST_F(ElevenLabs, auras_voice_is_its_model_and_few_sockets_have_no_spare) {
  for (const int concurrency : {0, 3}) {
    use({.provider = "deepgram",
         .base_url = "ws://127.0.0.1:1",
         .voice = "aura-2-luna-en",
         .concurrency = concurrency});
    const std::size_t before = http.connects.size();
    Listener listener;
    speak(listener, "Hello.");
    EXPECT_THAT(http.last_connect().call.url, HasSubstr("/v1/speak?model=aura-2-luna-en&"));
    accept(before);
    EXPECT_EQ(http.connects.size() - before, concurrency == 0 ? 2u : 1u);
    voice->warm(loop);
    loop.run_ready();
    EXPECT_EQ(http.connects.size() - before, 2u) << "a call that begins opens the one that it needs";
  }
}

TEST_F(ElevenLabs, aura_takes_and_gives_raw_sound) {
  use({.provider = "deepgram", .base_url = "ws://127.0.0.1:1", .api_key = "k"});
  Listener listener;
  speak(listener, "Hello.");
  EXPECT_EQ(http.connects[0]->call.url,
            "ws://127.0.0.1:1/v1/speak?model=aura-2-thalia-en&encoding=mulaw&sample_rate=8000");
  EXPECT_EQ(net::find_header(http.connects[0]->call.headers, "Authorization"), "Token k");
  const auto socket = accept(0);
  EXPECT_THAT(socket->texts(), ElementsAre(R"({"type":"Speak","text":"Hello."})", R"({"type":"Flush"})"));
  socket->text(R"({"type":"Metadata","request_id":"r"})");
  socket->binary(std::string(160, '\0'));
  socket->text(R"({"type":"Flushed","sequence_id":0})");
  EXPECT_TRUE(listener.ok());
  EXPECT_THAT(listener.sound, SizeIs(160));
}

}  // namespace
}  // namespace offhook::tts

#include "tts/service_voice_testing.hpp"

namespace offhook::tts {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct OpenAiSpeech : ServiceVoice {
  OpenAiSpeech() { use({.provider = "openai", .base_url = "http://127.0.0.1:8880/v1/", .api_key = "sk-secret-9"}); }
  Listener listener;
};

TEST_F(OpenAiSpeech, a_clause_on_the_wire) {
  speak(listener, "Hello \"you\".");
  const auto& call = http.last().call;
  EXPECT_EQ(call.url, "http://127.0.0.1:8880/v1/audio/speech");
  EXPECT_EQ(net::find_header(call.headers, "authorization"), "Bearer sk-secret-9");
  EXPECT_EQ(boost::json::parse(call.body), boost::json::parse(R"({"model":"gpt-4o-mini-tts","input":"Hello \"you\".",
      "voice":"alloy","response_format":"pcm"})"));
  EXPECT_THAT(listener.used, IsEmpty());
  http.last().head(200, "audio/pcm");
  EXPECT_EQ(listener.used, (std::vector<std::pair<std::string, std::int64_t>>{{"openai", 12}}));
}

TEST_F(OpenAiSpeech, sound_streams_at_the_wanted_rate_however_it_is_cut) {
  speak(listener, "Hello.");
  http.last().head(200, "audio/pcm");
  const std::string bytes(48000, '\x10');  // a second at 24 kHz
  http.last().body(std::string_view(bytes).substr(0, 9601));
  EXPECT_GT(listener.sound.size(), 1500u) << "as it arrives";
  for (std::size_t at = 9601; at < bytes.size(); at += 777) http.last().body(std::string_view(bytes).substr(at, 777));
  EXPECT_EQ(listener.dones, 0);
  http.last().end();
  ASSERT_TRUE(listener.ok());
  ASSERT_EQ(listener.sound.size(), 8000u);
  EXPECT_NEAR(listener.sound[4000], 0x1010, 20);
  EXPECT_EQ((**listener.done).voice, voice->key());
  EXPECT_EQ(loop.armed_timers(), 0u);
}

TEST_F(OpenAiSpeech, a_refusal_is_told_in_the_servers_words_without_the_key) {
  speak(listener, "Hello.");
  http.last().head(429, "application/json", {{"retry-after", "4"}});
  http.last().body(R"({"error":{"message":"Rate limit for )");
  http.last().body(R"(sk-secret-9","type":"requests"}})");
  http.last().end();
  EXPECT_EQ(listener.code(), Errc::full);
  EXPECT_THAT(listener.what(), AllOf(HasSubstr("openai: HTTP 429: Rate limit for ***")));
  EXPECT_EQ(listener.done->error().retry_after, 4s);
  EXPECT_THAT(listener.sound, IsEmpty());
  EXPECT_THAT(listener.used, IsEmpty()) << "nobody pays for a refusal";
}

TEST_F(OpenAiSpeech, text_instead_of_sound_is_not_played) {
  speak(listener, "Hello.");
  http.last().head(200, "text/html; charset=utf-8");
  http.last().body("<html>Welcome");
  http.last().end();
  EXPECT_EQ(listener.code(), Errc::invalid);
  EXPECT_THAT(listener.what(), AllOf(HasSubstr("<html>Welcome"), HasSubstr("is http://127.0.0.1:8880")));
  EXPECT_THAT(listener.sound, IsEmpty());
}

TEST_F(OpenAiSpeech, deadlines_close_the_connection) {
  listener.handle = voice->synthesize(
      loop, {"Hello.", 8000, Deadline::in(loop.now(), 1s), Deadline::in(loop.now(), 3s)}, listener.sink());
  loop.advance(1s);
  EXPECT_EQ(listener.code(), Errc::timeout);
  EXPECT_THAT(listener.what(), HasSubstr("no sound within 1000 ms"));
  EXPECT_FALSE(http.last().open);

  Listener slow;
  slow.handle = voice->synthesize(loop, {"Hello.", 8000, Deadline::in(loop.now(), 1s), Deadline::in(loop.now(), 3s)},
                                  slow.sink());
  http.last().head(200, "audio/pcm");
  http.last().body(std::string(4800, '\1'));
  loop.advance(2999ms);
  EXPECT_EQ(slow.dones, 0);
  loop.advance(1ms);
  EXPECT_EQ(slow.code(), Errc::timeout);
}

TEST_F(OpenAiSpeech, dropping_the_handle_closes_the_connection) {
  speak(listener, "Hello.");
  listener.handle.reset();
  EXPECT_FALSE(http.last().open);
  loop.advance(1min);
  EXPECT_EQ(listener.dones, 0);
}

TEST_F(OpenAiSpeech, cut_at_every_step_the_clause_ends_exactly_once) {
  for (int cut = 0; cut < 3; ++cut) {
    Listener l;
    speak(l, "Hello.");
    if (cut > 0) http.last().head(200, "audio/pcm");
    if (cut > 1) http.last().body(std::string(480, '\1'));
    http.last().end(Error{Errc::closed, "reset by sk-secret-9"});
    EXPECT_EQ(l.dones, 1) << cut;
    EXPECT_EQ(l.code(), Errc::closed) << cut;
    EXPECT_THAT(l.what(), Not(HasSubstr("sk-secret-9")));
  }
}

TEST_F(OpenAiSpeech, nothing_to_say_and_no_sound_are_told_apart) {
  speak(listener, " ...");
  EXPECT_TRUE(listener.ok());
  EXPECT_THAT(http.sent, IsEmpty());
  Listener mute;
  speak(mute, "Hello.");
  http.last().head(200, "audio/pcm");
  http.last().end();
  EXPECT_EQ(mute.code(), Errc::unavailable);
}

TEST_F(OpenAiSpeech, any_callback_may_drop_the_handle) {
  for (int which = 0; which < 3; ++which) {
    std::unique_ptr<net::Pending> handle;
    const auto drop = [&](int self) {
      if (self == which) handle.reset();
    };
    handle = voice->synthesize(
        loop, {"Hello.", 8000, {}, {}},
        {.audio = [&](auto) { drop(0); }, .used = [&](auto, auto) { drop(1); }, .done = [&](auto) { drop(2); }});
    http.last().head(200, "audio/pcm");
    http.last().body(std::string(4800, '\1'));
    http.last().end();
    EXPECT_EQ(handle, nullptr) << which;
  }
}

}  // namespace
}  // namespace offhook::tts

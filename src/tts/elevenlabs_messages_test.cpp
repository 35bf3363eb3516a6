#include "tts/elevenlabs_messages.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace offhook::tts {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

std::vector<json::value> parsed(const std::vector<std::string>& messages) {
  std::vector<json::value> out;
  for (const std::string& m : messages) out.push_back(json::parse(m));
  return out;
}

TEST(ElevenLabsMessages, a_clause_is_begun_spoken_and_ended) {
  EXPECT_EQ(parsed(elevenlabs_speak("c1", "Hello.", 1.1)),
            (std::vector{json::parse(R"({"text":" ","voice_settings":{"speed":1.1},"context_id":"c1"})"),
                         json::parse(R"({"text":"Hello. ","flush":true,"context_id":"c1"})"),
                         json::parse(R"({"close_context":true,"context_id":"c1"})")}));
  EXPECT_EQ(parsed(elevenlabs_speak("", "Hello. ", 0)),
            (std::vector{json::parse(R"({"text":" "})"), json::parse(R"({"text":"Hello. ","flush":true})"),
                         json::parse(R"({"text":""})")}));
}

TEST(ElevenLabsMessages, the_url_says_what_the_socket_is_for) {
  EXPECT_EQ(elevenlabs_path("a/b", "multi-stream-input",
                            {.model = "eleven_flash_v2_5", .language = "de", .output_format = "ulaw_8000"}),
            "/v1/text-to-speech/a%2Fb/multi-stream-input?model_id=eleven_flash_v2_5&output_format=ulaw_8000"
            "&language_code=de&auto_mode=true&inactivity_timeout=180");
}

TEST(ElevenLabsMessages, sound_and_letters_are_read_in_both_spellings) {
  for (const char* text :
       {R"({"audio":"AQL/","alignment":{"chars":["H","i"," "],"charStartTimesMs":[0,100,150],
            "charDurationsMs":[100,50,10]},"normalizedAlignment":null,"contextId":"c1"})",
        R"({"audio":"AQL/","normalized_alignment":{"characters":["H","i"," "],"char_start_times_ms":[0,100,150],
            "char_durations_ms":[100,50,10]},"context_id":"c1"})"}) {
    const auto event = read_elevenlabs(text);
    ASSERT_TRUE(event) << text;
    EXPECT_EQ(event->context, "c1");
    EXPECT_THAT(event->sound, testing::ElementsAre(1, 2, 255));
    ASSERT_EQ(event->words.size(), 3u);
    EXPECT_TRUE(event->letters);
    EXPECT_EQ(event->words[1].text, "i");
    EXPECT_EQ(event->words[1].end, 150ms);
    EXPECT_FALSE(event->done);
  }
}

TEST(ElevenLabsMessages, the_end_is_read) {
  const auto event = read_elevenlabs(R"({"audio":null,"isFinal":true,"contextId":"c1"})");
  ASSERT_TRUE(event);
  EXPECT_TRUE(event->done);
  EXPECT_EQ(event->context, "c1");
  EXPECT_FALSE(event->error);
}

TEST(ElevenLabsMessages, errors_say_what_they_mean) {
  const auto code = [](const char* text) { return read_elevenlabs(text)->error->code; };
  EXPECT_EQ(code(R"({"message":"This request exceeds your quota.","error":"quota_exceeded","code":1008})"),
            Errc::refused);
  EXPECT_EQ(code(R"({"message":"Invalid API key","error":"invalid_api_key","code":1008})"), Errc::refused);
  EXPECT_EQ(code(R"({"message":"busy","error":"too_many_concurrent_requests"})"), Errc::full);
  EXPECT_EQ(code(R"({"message":"A voice with this id does not exist.","error":"voice_id_does_not_exist"})"),
            Errc::not_found);
  EXPECT_EQ(code(R"({"error":"unsupported_model","message":"no"})"), Errc::invalid);
  const auto other = read_elevenlabs(R"({"message":"We are down","error":"internal","contextId":"c9"})");
  EXPECT_EQ(other->error->code, Errc::unavailable);
  EXPECT_EQ(other->context, "c9");
  EXPECT_THAT(other->error->what, HasSubstr("We are down (internal)"));
}

TEST(ElevenLabsMessages, rubbish_is_an_error_and_news_is_not) {
  for (const char* text : {"", "[]", "{", "7"}) EXPECT_FALSE(read_elevenlabs(text)) << text;
  EXPECT_EQ(read_elevenlabs(R"({"audio":"*"})")->error->code, Errc::invalid);
  const auto news = read_elevenlabs(R"({"hello":1})");
  ASSERT_TRUE(news);
  EXPECT_TRUE(!news->error && !news->done && news->sound.empty() && news->words.empty());
}

}  // namespace
}  // namespace offhook::tts

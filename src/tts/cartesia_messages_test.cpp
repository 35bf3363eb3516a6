#include "tts/cartesia_messages.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace offhook::tts {
namespace {

namespace json = boost::json;

TEST(CartesiaMessages, a_clause_is_one_whole_context) {
  EXPECT_EQ(
      json::parse(cartesia_speak({.model = "sonic-3.5", .voice = "v-1", .language = "de", .speed = 1.25, .rate = 8000},
                                 "c1", "Gr\xC3\xBC\xC3\x9F \"dich\".")),
      json::parse(R"({"context_id":"c1","model_id":"sonic-3.5","transcript":"Grüß \"dich\".","continue":false,
              "voice":{"mode":"id","id":"v-1"},"language":"de",
              "output_format":{"container":"raw","encoding":"pcm_s16le","sample_rate":8000},
              "add_timestamps":true,"max_buffer_delay_ms":0,"generation_config":{"speed":1.25}})"));
  const auto plain = json::parse(cartesia_speak({.model = "m", .voice = "v", .language = {}}, "c", "x")).as_object();
  EXPECT_FALSE(plain.contains("language"));
  EXPECT_FALSE(plain.contains("generation_config"));
  EXPECT_EQ(json::parse(cartesia_cancel("c1")), json::parse(R"({"context_id":"c1","cancel":true})"));
}

TEST(CartesiaMessages, sound_words_and_the_end_are_read) {
  const auto chunk = read_cartesia(
      R"({"type":"chunk","context_id":"c1","data":"AQD/fw==","done":false,"status_code":206,"step_time":12.5})");
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->context, "c1");
  EXPECT_THAT(chunk->sound, testing::ElementsAre(1, 0, 255, 127));
  EXPECT_FALSE(chunk->done);

  const auto words = read_cartesia(R"({"type":"timestamps","context_id":"c1","done":false,
      "word_timestamps":{"words":["Hello","there",7,"odd"],"start":[0,0.4],"end":[0.38,1,2,-3]}})");
  ASSERT_TRUE(words);
  ASSERT_EQ(words->words.size(), 2u);
  EXPECT_EQ(words->words[0].text, "Hello");
  EXPECT_EQ(words->words[0].end, 380ms);
  EXPECT_EQ(words->words[1].end, 1s);
  EXPECT_FALSE(words->letters);

  EXPECT_TRUE(read_cartesia(R"({"type":"done","context_id":"c1","done":true,"status_code":200})")->done);
  EXPECT_FALSE(read_cartesia(R"({"type":"timestamps","context_id":"c1","done":true})")->done);
  EXPECT_FALSE(read_cartesia(R"({"type":"flush_done","context_id":"c1","flush_done":true,"done":false})")->done);
}

TEST(CartesiaMessages, errors_say_whose_they_are_and_what_they_mean) {
  const auto context = read_cartesia(
      R"({"type":"error","context_id":"c2","done":true,"status_code":429,"title":"Slow down","message":"too many contexts"})");
  ASSERT_TRUE(context && context->error);
  EXPECT_EQ(context->context, "c2");
  EXPECT_EQ(context->error->code, Errc::full);
  EXPECT_THAT(context->error->what, testing::HasSubstr("too many contexts"));
  const auto old = read_cartesia(R"({"error":"voice not found","status_code":404,"done":true})");
  ASSERT_TRUE(old && old->error);
  EXPECT_TRUE(old->context.empty());
  EXPECT_EQ(old->error->code, Errc::not_found);
  EXPECT_EQ(read_cartesia(R"({"type":"error","context_id":"c"})")->error->code, Errc::unavailable);
}

TEST(CartesiaMessages, rubbish_is_an_error_and_news_is_not) {
  for (const char* text : {"", "[]", "{", "null", "\xFF"}) EXPECT_FALSE(read_cartesia(text)) << text;
  EXPECT_EQ(read_cartesia(R"({"type":"chunk","context_id":"c","data":"A"})")->error->code, Errc::invalid);
  const auto news = read_cartesia(R"({"type":"phoneme_timestamps","context_id":"c","done":false})");
  ASSERT_TRUE(news);
  EXPECT_TRUE(!news->error && !news->done && news->sound.empty());
}

}  // namespace
}  // namespace offhook::tts

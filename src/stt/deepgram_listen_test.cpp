#include "stt/deepgram_listen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::stt {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Spec spec() {
  Spec s;
  s.provider = "deepgram";
  s.base_url = "wss://api.deepgram.com";
  s.model = "nova-3";
  return s;
}

TEST(DeepgramListen, url_asks_for_mulaw_and_interim_results_and_keeps_the_key_out) {
  Spec s = spec();
  s.api_key = "secret";
  s.language = "en-US";
  s.keyterms = {"Bluebird Dental", "crown & bridge"};
  EXPECT_THAT(listen_url(s),
              AllOf(HasSubstr("wss://api.deepgram.com/v1/listen?model=nova-3&encoding=mulaw&sample_rate=8000"),
                    HasSubstr("&interim_results=true"), HasSubstr("&language=en-US"),
                    HasSubstr("&keyterm=Bluebird%20Dental&keyterm=crown%20%26%20bridge"), Not(HasSubstr("secret")),
                    Not(HasSubstr("mip_opt_out"))));
  s.model = "nova-2-phonecall";
  s.base_url = "http://127.0.0.1:8080/";
  EXPECT_THAT(listen_url(s),
              AllOf(HasSubstr("ws://127.0.0.1:8080/v1/listen?"), HasSubstr("&keywords=Bluebird%20Dental")));
}

TEST(DeepgramListen, results_are_read_with_their_place_in_the_stream) {
  const auto message = parse_listen(
      R"({"type":"Results","channel_index":[0,1],"duration":1.03,"start":2,"is_final":true,"speech_final":false,)"
      R"("from_finalize":true,"channel":{"alternatives":[{"transcript":" I would like ","confidence":0.99,"words":[]}]}})");
  const auto* result = std::get_if<ListenResult>(&message);
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->start, 2s);
  EXPECT_EQ(result->end, 3030ms);
  EXPECT_TRUE(result->is_final && result->from_finalize);
  EXPECT_EQ(result->text, "I would like");
}

TEST(DeepgramListen, error_keeps_the_vendors_words_and_the_rest_is_nothing_to_us) {
  const auto error = parse_listen(R"({"type":"Error","variant":"SchemaError","description":"no such\nfield"})");
  ASSERT_TRUE(std::holds_alternative<ServiceError>(error));
  EXPECT_EQ(std::get<ServiceError>(error).words, "SchemaError: no such field");
  for (const char* text : {"", "[]", "{", R"({"type":"Results","start":0,"dur)"})
    EXPECT_TRUE(std::holds_alternative<ServiceError>(parse_listen(text))) << "words may be lost: " << text;
  for (const char* text : {"{}", R"({"type":"Metadata","duration":1})", R"({"type":"Results"})",
                           R"({"type":"Results","start":-1,"duration":1,"channel":{"alternatives":[]}})",
                           R"({"type":"Results","start":1e300,"duration":1,"channel":{"alternatives":[]}})",
                           R"({"type":"SpeechStarted","channel":[0],"timestamp":2.3})"})
    EXPECT_TRUE(std::holds_alternative<NothingToUs>(parse_listen(text))) << text;
}

TEST(DeepgramListen, turn_is_its_finals_and_the_last_interim_and_nothing_from_before_it) {
  ListenTurn turn;
  turn.begin(5s);
  EXPECT_FALSE(turn.take({3s, 5010ms, true, true, "of the turn before"}));
  EXPECT_EQ(turn.final_until(), 5s);
  EXPECT_TRUE(turn.take({5s, 6s, false, false, "I"}));
  EXPECT_TRUE(turn.take({5s, 7s, false, false, "I would"}));
  EXPECT_EQ(turn.text(), "I would");
  EXPECT_EQ(turn.final_until(), 5s);
  EXPECT_EQ(turn.known_until(), 7s);
  EXPECT_TRUE(turn.take({5s, 7s, true, false, "I would like"}));
  EXPECT_TRUE(turn.take({5s, 7s, false, false, "late"}));
  EXPECT_TRUE(turn.take({7s, 8s, false, false, "a crown"}));
  EXPECT_EQ(turn.text(), "I would like a crown");
  EXPECT_TRUE(turn.take({7s, 8s, true, true, ""}));
  EXPECT_EQ(turn.text(), "I would like");
}

}  // namespace
}  // namespace offhook::stt

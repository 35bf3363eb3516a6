#include "stt/openai_transcription.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audio/wav.hpp"
#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::stt {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

Spec spec() {
  Spec s;
  s.provider = "openai";
  s.base_url = "https://api.openai.com/v1";
  s.model = "gpt-4o-mini-transcribe";
  s.api_key = "sk-secret";
  return s;
}

TEST(OpenAiTranscription, request_is_a_form_with_the_speech_as_wav) {
  Spec s = spec();
  s.language = "en-US";
  s.keyterms = {"Bluebird", "Dr. Wu"};
  const float samples[] = {0, 0.5f, -1, 2};
  const std::string body = encode_transcription(s, samples, "XX");
  EXPECT_THAT(
      body, AllOf(HasSubstr("--XX\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ngpt-4o-mini-transcribe\r\n"),
                  HasSubstr("name=\"response_format\"\r\n\r\njson\r\n"), HasSubstr("name=\"language\"\r\n\r\nen\r\n"),
                  HasSubstr("name=\"prompt\"\r\n\r\nBluebird, Dr. Wu\r\n"), testing::EndsWith("\r\n--XX--\r\n")));
  const auto from = body.find("RIFF");
  ASSERT_NE(from, std::string::npos);
  EXPECT_THAT(body.substr(0, from),
              testing::EndsWith("name=\"file\"; filename=\"speech.wav\"\r\nContent-Type: audio/wav\r\n\r\n"));
  const std::vector<std::uint8_t> file(body.begin() + static_cast<std::ptrdiff_t>(from), body.end() - 10);
  const auto wav = audio::parse_wav(file);
  ASSERT_TRUE(wav.ok()) << wav.error().what;
  EXPECT_EQ(wav->rate, 16000);
  EXPECT_EQ(wav->channels, 1);
  EXPECT_THAT(wav->samples, ElementsAre(0, 16384, -32768, 32767));
}

TEST(OpenAiTranscription, answers_and_refusals_are_read) {
  EXPECT_EQ(*parse_transcription(200, {}, R"({"text":" Yes. ","usage":{}})"), " Yes. ");
  EXPECT_EQ(*parse_transcription(200, {}, R"({"text":""})"), "");
  EXPECT_EQ(parse_transcription(200, {}, "<html>").error().code, Errc::invalid);
  const auto late = parse_transcription(200, {}, R"({"error":{"message":"out of memory"}})");
  EXPECT_EQ(late.error().code, Errc::unavailable);
  EXPECT_THAT(late.error().what, HasSubstr("HTTP 200: out of memory"));
  const auto busy = parse_transcription(429, {{"Retry-After", "7"}},
                                        R"({"error":{"message":"slow down","code":"rate_limit_exceeded"}})");
  EXPECT_EQ(busy.error().code, Errc::full);
  EXPECT_EQ(busy.error().retry_after, 7s);
  EXPECT_THAT(busy.error().what, HasSubstr("HTTP 429: slow down"));
  const auto spent =
      parse_transcription(429, {{"Retry-After", "7"}}, R"({"error":{"message":"pay","code":"insufficient_quota"}})");
  EXPECT_EQ(spent.error().code, Errc::refused);
  EXPECT_EQ(spent.error().retry_after, 0s);
  EXPECT_THAT(parse_transcription(502, {}, "<h1>Bad\r\ngateway</h1>").error().what,
              HasSubstr("HTTP 502: <h1>Bad gateway</h1>"));
  EXPECT_THAT(parse_transcription(404, {}, "").error().what, HasSubstr("(no message); check base_url and model"));
}

class OpenAiSessionTest : public testing::Test {
 protected:
  void open(bool partials = false) {
    recognizer_ = openai_transcription(http_, spec(), partials);
    session_ = recognizer_->open(
        loop_, {.partial = [this](const Hypothesis& h) { told_.push_back("~" + h.text); },
                .transcript =
                    [this](std::uint32_t n, const Result<std::string>& text) {
                      told_.push_back(std::to_string(n) + ":" + (text ? *text : "!" + text.error().what));
                      if (!text) codes_.push_back(text.error().code);
                    },
                .used =
                    [this](std::string_view who, Duration d) {
                      EXPECT_EQ(who, "openai");
                      used_ += d;
                    }});
  }
  void say(Duration length) {
    for (Duration at{}; at < length; at += 20ms) {
      session_->audio(std::vector<float>(320, 0.1f));
      loop_.advance(20ms);
    }
  }
  void answer(std::string_view text) {
    const auto exchange = http_.sent.back();
    exchange->head(200, "application/json");
    exchange->body(R"({"text":")" + std::string(text) + "\"}");
    exchange->end();
  }
  std::vector<std::string> told() {
    loop_.run_ready();
    return std::exchange(told_, {});
  }
  int under_way() const {
    return static_cast<int>(std::count_if(http_.sent.begin(), http_.sent.end(), [](auto& e) { return e->open; }));
  }

  net::VirtualLoop loop_;
  net::FakeHttp http_;
  std::unique_ptr<Recognizer> recognizer_;
  std::unique_ptr<Session> session_;
  std::vector<std::string> told_;
  std::vector<Errc> codes_;
  Duration used_{};
};

TEST_F(OpenAiSessionTest, pause_is_one_request_and_white_space_is_an_empty_transcript) {
  open();
  session_->begin();
  EXPECT_GE(http_.warmed, 1) << "the connection is opened while the caller speaks";
  say(2s);
  EXPECT_THAT(http_.sent, IsEmpty()) << "partials are paid for";
  session_->pause(1);
  ASSERT_THAT(http_.sent, SizeIs(1));
  const auto& call = http_.last().call;
  EXPECT_EQ(call.url, "https://api.openai.com/v1/audio/transcriptions");
  EXPECT_EQ(net::find_header(call.headers, "authorization"), "Bearer sk-secret");
  const std::string type(net::find_header(call.headers, "content-type"));
  ASSERT_THAT(type, testing::StartsWith("multipart/form-data; boundary="));
  EXPECT_THAT(call.body, testing::EndsWith("--" + type.substr(type.find('=') + 1) + "--\r\n"));
  EXPECT_FALSE(call.deadline.is_never());
  answer(" \\n");
  EXPECT_THAT(told(), ElementsAre("1:"));
  EXPECT_EQ(used_, 2s);
}

TEST_F(OpenAiSessionTest, pause_breaks_off_the_partial_and_the_end_of_the_turn_breaks_off_the_pause) {
  open(true);
  session_->begin();
  say(600ms);
  ASSERT_THAT(http_.sent, SizeIs(1));
  say(600ms);
  EXPECT_THAT(http_.sent, SizeIs(1)) << "one at a time";
  session_->pause(1);
  EXPECT_FALSE(http_.sent[0]->open);
  ASSERT_THAT(http_.sent, SizeIs(2)) << "and not behind it";
  EXPECT_EQ(under_way(), 1);
  session_->end();
  EXPECT_EQ(under_way(), 0);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(OpenAiSessionTest, own_server_gives_partials_that_grow) {
  open(true);
  session_->begin();
  say(500ms);
  answer("I would");
  say(2s);
  ASSERT_GE(http_.sent.size(), 2u);
  answer("I would like");
  EXPECT_THAT(told(), ElementsAre("~I would", "~I would like"));
}

TEST_F(OpenAiSessionTest, requests_go_one_after_the_other) {
  open();
  session_->begin();
  say(21s);  // the first segment is closed without a pause
  ASSERT_THAT(http_.sent, SizeIs(1));
  session_->pause(1);
  EXPECT_THAT(http_.sent, SizeIs(1));
  answer("first");
  ASSERT_THAT(http_.sent, SizeIs(2));
  answer("second");
  EXPECT_THAT(told(), ElementsAre("1:first second"));
}

TEST_F(OpenAiSessionTest, failure_is_the_transcript_in_the_vendors_words_without_the_key) {
  open();
  session_->begin();
  say(1s);
  session_->pause(1);
  http_.last().head(401, "application/json");
  http_.last().body(R"({"error":{"message":"Incorrect API key provided: sk-secret."}})");
  http_.last().end();
  EXPECT_THAT(told(),
              ElementsAre(AllOf(HasSubstr("asking openai at https://api.openai.com/v1"),
                                HasSubstr("HTTP 401: Incorrect API key provided: ***"), Not(HasSubstr("sk-")))));
  say(1s);
  session_->pause(2);
  http_.last().end(Error{Errc::timeout, "no answer in time"});
  EXPECT_THAT(told(), ElementsAre(HasSubstr("no answer in time")));
  EXPECT_THAT(codes_, ElementsAre(Errc::refused, Errc::timeout));
}

TEST_F(OpenAiSessionTest, session_that_goes_cancels_and_says_nothing) {
  open();
  session_->begin();
  say(1s);
  session_->pause(1);
  session_.reset();
  EXPECT_EQ(under_way(), 0);
  EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace offhook::stt

// The listen v1 session, on a socket whose other end the test is.
#include "stt/deepgram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"
#include "stt/deepgram_listen.hpp"

namespace offhook::stt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class DeepgramTest : public testing::Test {
 protected:
  void open(bool accept = true) {
    Spec spec;
    spec.provider = "deepgram";
    spec.base_url = "wss://api.deepgram.com";
    spec.model = "nova-3";
    spec.api_key = "dg-key";
    recognizer_ = deepgram_listen(http_, spec);
    session_ = recognizer_->open(
        loop_,
        {.partial =
             [this](const Hypothesis& h) { told_.push_back("~" + h.text + "/" + std::to_string(h.stable_words)); },
         .transcript =
             [this](std::uint32_t n, const Result<std::string>& text) {
               told_.push_back(std::to_string(n) + ":" + (text ? *text : "!" + std::string(name(text.error().code))));
               if (on_transcript_) on_transcript_();
             },
         .failed = [this](const Error& e) { told_.push_back("failed " + std::string(name(e.code)) + " " + e.what); },
         .used =
             [this](std::string_view who, Duration d) {
               EXPECT_EQ(who, "deepgram");
               used_ += d;
             }});
    if (accept) this->accept();
  }
  void accept() {
    service_ = http_.last_connect().accept(loop_);
    loop_.run_ready();
  }
  void say(Duration length) {
    for (Duration at{}; at < length; at += 20ms) {
      session_->audio(std::vector<float>(160, 0.1f));
      loop_.advance(20ms);
    }
  }
  void result(double start, double end, std::string_view text, bool is_final, bool from_finalize = false) {
    service_->text(R"({"type":"Results","start":)" + std::to_string(start) + R"(,"duration":)" +
                   std::to_string(end - start) + R"(,"is_final":)" + (is_final ? "true" : "false") +
                   (from_finalize ? R"(,"from_finalize":true)" : "") +
                   R"(,"channel":{"alternatives":[{"transcript":")" + std::string(text) + R"("}]}})");
    loop_.run_ready();
  }
  std::vector<std::string> told() {
    loop_.run_ready();
    return std::exchange(told_, {});
  }
  std::size_t bytes() const {
    std::size_t n = 0;
    for (const auto& b : service_->binaries()) n += b.size();
    return n;
  }
  // What has been said in text since this was asked last.
  std::vector<std::string> texts() {
    auto all = service_->texts();
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::exchange(texts_read_, all.size())));
    return all;
  }

  net::VirtualLoop loop_;
  net::FakeHttp http_;
  std::shared_ptr<net::FakeSocket> service_;
  std::unique_ptr<Recognizer> recognizer_;
  std::unique_ptr<Session> session_;
  std::vector<std::string> told_;
  std::function<void()> on_transcript_;
  std::size_t texts_read_ = 0;
  Duration used_{};
};

TEST_F(DeepgramTest, turn_is_heard_finalized_at_its_pause_and_answered_once) {
  open();
  EXPECT_THAT(http_.last_connect().call.headers, ElementsAre(std::pair("Authorization", "Token dg-key")));
  session_->begin();
  say(2s);
  result(0, 1, "i would", false);
  result(0, 1.5, "I would like", true);
  result(1.5, 2, "a", false);
  session_->pause(1);
  EXPECT_THAT(texts(), ElementsAre(kFinalize));
  result(1.5, 2, "a crown", true, true);
  result(2, 2, "", true, true);
  EXPECT_THAT(told(), ElementsAre("~i would/0", "~I would like/2", "~I would like a/3", "1:I would like a crown"));
  EXPECT_EQ(bytes(), 16000u);
  EXPECT_EQ(used_, 2s);
}

TEST_F(DeepgramTest, what_is_said_before_the_socket_is_open_waits_for_it) {
  open(false);
  session_->begin();
  say(500ms);
  session_->pause(1);
  loop_.advance(1500ms);  // a slow handshake is no answer
  EXPECT_THAT(told(), IsEmpty());
  accept();
  EXPECT_EQ(bytes(), 4000u);
  EXPECT_THAT(texts(), ElementsAre(kFinalize));
  result(0, 0.5, "Yes.", true, true);
  EXPECT_THAT(told(), ElementsAre("1:Yes."));
}

TEST_F(DeepgramTest, sound_outside_a_turn_is_not_sent_and_the_connection_is_kept_alive) {
  open();
  say(10s);
  EXPECT_EQ(bytes(), 0u);
  EXPECT_THAT(texts(), ElementsAre(kKeepAlive, kKeepAlive));
  session_->begin();
  say(10s);
  EXPECT_THAT(texts(), IsEmpty());
  for (const auto& message : service_->binaries()) EXPECT_FALSE(message.empty());
}

TEST_F(DeepgramTest, results_of_an_earlier_turn_are_not_of_this_one) {
  open();
  session_->begin();
  say(2s);
  session_->end();
  EXPECT_THAT(texts(), ElementsAre(kFinalize)) << "so that it does not run into the next";
  session_->begin();
  say(1s);
  result(0, 2, "the turn before", true, true);
  session_->pause(1);
  EXPECT_THAT(told(), IsEmpty());
  result(2, 3, "this turn", true, true);
  EXPECT_THAT(told(), ElementsAre("1:this turn"));
  session_->end();
  EXPECT_THAT(texts(), ElementsAre(kFinalize)) << "the pause had it all";
  result(3, 4, "nobody listens", true);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(DeepgramTest, result_that_is_final_up_to_the_pause_answers_it_at_once) {
  open();
  session_->begin();
  say(2s);
  result(0, 1.95, "Yes.", true);
  session_->pause(1);
  EXPECT_THAT(told_, ElementsAre("~Yes./0")) << "never from inside a member";
  EXPECT_THAT(told(), ElementsAre("~Yes./0", "1:Yes."));
  EXPECT_THAT(texts(), IsEmpty());
}

TEST_F(DeepgramTest, finalize_that_is_not_answered_is_waited_for_and_then_what_is_known_is_told) {
  open();
  session_->begin();
  say(2s);
  result(0, 1.2, "I would", true);
  result(1.2, 1.7, "like that", false);
  session_->pause(1);
  told();
  loop_.advance(690ms);
  EXPECT_THAT(told(), IsEmpty());
  loop_.advance(10ms);
  EXPECT_THAT(told(), ElementsAre("1:I would like that"));
  loop_.advance(10s);
  EXPECT_THAT(told(), IsEmpty()) << "nothing is due any more";
}

TEST_F(DeepgramTest, half_open_connection_is_given_up_and_no_half_of_the_words_is_told) {
  open();
  session_->begin();
  say(1s);
  result(0, 1, "I would", false);
  say(2s);
  session_->pause(1);
  told();
  say(1980ms);
  EXPECT_THAT(told(), IsEmpty());
  say(20ms);
  EXPECT_THAT(told(), ElementsAre(HasSubstr("failed timeout deepgram: an answer was due within 2000 ms")));
  say(1s);
  session_->pause(2);
  session_->end();
  EXPECT_THAT(told(), IsEmpty()) << "failed is the last";
  EXPECT_EQ(used_, 5s);
}

TEST_F(DeepgramTest, later_pause_replaces_the_earlier_and_is_not_answered_by_its_result) {
  open();
  session_->begin();
  say(1s);
  session_->pause(1);
  say(1s);
  session_->pause(2);
  EXPECT_THAT(told(), ElementsAre("1:!cancelled"));
  result(0, 1, "I would like", true, true);
  EXPECT_THAT(told(), ElementsAre("~I would like/0"));
  result(1, 2, "a crown", true, true);
  EXPECT_THAT(told(), ElementsAre("2:I would like a crown"));
}

TEST_F(DeepgramTest, failures_are_told_in_the_vendors_words_and_without_the_key) {
  open();
  service_->close(1011, "NET-0001 no audio");
  EXPECT_THAT(told(), ElementsAre(testing::AllOf(HasSubstr("failed closed"), HasSubstr("1011: NET-0001 no audio"))));
  open();
  service_->text(R"({"type":"Error","variant":"Denied","description":"key dg-key is bad"})");
  EXPECT_THAT(told(),
              ElementsAre(testing::AllOf(HasSubstr("failed unavailable"), HasSubstr("Denied: key *** is bad"))));
  open(false);
  http_.last_connect().refuse({Errc::refused, "HTTP 401: INVALID_AUTH"});
  EXPECT_THAT(told(), ElementsAre(HasSubstr("failed refused deepgram: HTTP 401: INVALID_AUTH")));
}

TEST_F(DeepgramTest, session_that_goes_says_so_to_the_service_and_nothing_to_us) {
  open();
  session_->begin();
  say(1s);
  session_->pause(1);
  session_.reset();
  EXPECT_THAT(texts(), ElementsAre(kFinalize, kCloseStream));
  EXPECT_TRUE(service_->closing);
  result(0, 1, "too late", true, true);
  loop_.advance(5s);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(DeepgramTest, sink_may_destroy_the_session_or_begin_the_next_turn) {
  open();
  session_->begin();
  say(1s);
  session_->pause(1);
  on_transcript_ = [this] { session_->end(), session_->begin(); };
  result(0, 1, "one", true, true);
  say(1s);
  session_->pause(1);
  on_transcript_ = [this] { session_.reset(); };
  result(1, 2, "two", true, true);
  EXPECT_THAT(told(), ElementsAre("1:one", "1:two"));
}

}  // namespace
}  // namespace offhook::stt

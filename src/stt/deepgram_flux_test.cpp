#include "stt/deepgram_flux.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"
#include "stt/deepgram.hpp"

namespace offhook::stt {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Event = TurnInfo::Event;

Spec spec(std::string model = "flux-general-en") {
  Spec s;
  s.provider = "deepgram";
  s.base_url = "wss://api.deepgram.com";
  s.model = std::move(model);
  s.api_key = "dg-key";
  return s;
}

TEST(DeepgramFlux, url_has_thresholds_such_that_thinking_ahead_works) {
  EXPECT_EQ(flux_url(spec()),
            "wss://api.deepgram.com/v2/listen?model=flux-general-en&encoding=mulaw&sample_rate=8000&"
            "eager_eot_threshold=0.500");
  Spec s = spec("flux-general-multi");
  s.end_of_turn = 0.8;
  s.eager_end_of_turn = 0.4;
  s.language = "es-MX";
  s.keyterms = {"Bluebird"};
  EXPECT_THAT(flux_url(s),
              HasSubstr("&eot_threshold=0.800&eager_eot_threshold=0.400&language_hint=es&keyterm=Bluebird"));
  s.language.clear();
  EXPECT_THAT(flux_url(s), Not(HasSubstr("language_hint")));
}

TEST(DeepgramFlux, turn_info_is_read_and_the_rest_is_nothing_to_us) {
  const auto message = parse_flux(
      R"({"type":"TurnInfo","request_id":"x","sequence_id":7,"event":"EagerEndOfTurn","turn_index":3,)"
      R"("audio_window_start":1.0,"audio_window_end":2.5,"transcript":" a pizza ","words":[],"end_of_turn_confidence":0.61})");
  const auto* info = std::get_if<TurnInfo>(&message);
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->event, Event::eager_end);
  EXPECT_EQ(info->turn, 3);
  EXPECT_EQ(info->end, 2500ms);
  EXPECT_EQ(info->text, "a pizza");
  EXPECT_EQ(info->permille, 610);
  const auto error = parse_flux(R"({"type":"Error","sequence_id":1,"code":"NET-0001","description":"no audio"})");
  EXPECT_EQ(std::get<ServiceError>(error).words, "NET-0001: no audio");
  EXPECT_EQ(std::get<ServiceError>(parse_flux("{\"type")).words, "what is not JSON: {\"type");
  for (const char* text : {"{}", R"({"type":"Connected","request_id":"x","sequence_id":0})",
                           R"({"type":"TurnInfo","event":"Unheard","turn_index":0,"audio_window_end":1})",
                           R"({"type":"TurnInfo","event":"Update","turn_index":-1,"audio_window_end":1})"})
    EXPECT_TRUE(std::holds_alternative<NothingToUs>(parse_flux(text))) << text;
}

TEST(DeepgramFlux, turn_of_ours_is_all_turns_of_flux_that_are_parts_of_it) {
  FluxTurns turns;
  EXPECT_FALSE(turns.take({Event::start, 0, 900ms, "a", -1}));
  turns.begin(1s);
  EXPECT_TRUE(turns.take({Event::update, 0, 1500ms, "a pizza", -1})) << "open when ours began";
  EXPECT_TRUE(turns.take({Event::end, 0, 2s, "a pizza", -1}));
  EXPECT_TRUE(turns.take({Event::update, 1, 2500ms, "with ham", -1}));
  EXPECT_EQ(turns.text(), "a pizza with ham");
  turns.end(2600ms);
  turns.take({Event::update, 1, 2600ms, "with ham please", -1});  // late, and of our first turn
  turns.begin(3s);
  EXPECT_TRUE(turns.take({Event::update, 1, 3500ms, "with ham please and to go", -1}));
  EXPECT_EQ(turns.text(), "and to go");
}

TEST(DeepgramFlux, turn_of_flux_that_was_over_before_ours_is_old_news) {
  FluxTurns turns;
  turns.begin(0s);
  turns.take({Event::update, 0, 1s, "the first", -1});
  turns.end(1s);
  turns.begin(2s);
  EXPECT_FALSE(turns.take({Event::end, 0, 1900ms, "the first turn", -1}));
  EXPECT_EQ(turns.text(), "");
  EXPECT_TRUE(turns.take({Event::start, 1, 2500ms, "the second", -1}));
  EXPECT_FALSE(turns.take({Event::update, 0, 2600ms, "out of order", -1}));
  EXPECT_EQ(turns.text(), "the second");
}

class FluxSessionTest : public testing::Test {
 protected:
  void SetUp() override {
    recognizer_ = deepgram_flux(http_, spec());
    session_ =
        recognizer_->open(loop_, {.partial = [this](const Hypothesis& h) { told_.push_back("~" + h.text); },
                                  .transcript =
                                      [this](std::uint32_t n, const Result<std::string>& text) {
                                        told_.push_back(std::to_string(n) + ":" +
                                                        (text ? *text : "!" + std::string(name(text.error().code))));
                                        if (destroy_) session_.reset();
                                      },
                                  .turn =
                                      [this](const TurnSignal& t) {
                                        static constexpr const char* kKinds[] = {"eager", "resumed", "ended"};
                                        told_.push_back(std::string(kKinds[static_cast<int>(t.kind)]) + " " +
                                                        std::to_string(t.permille) + " " + t.text);
                                      },
                                  .failed = [this](const Error& e) { told_.push_back("failed " + e.what); },
                                  .used = [this](std::string_view, Duration d) { used_ += d; }});
    service_ = http_.last_connect().accept(loop_);
    loop_.run_ready();
  }
  void say(Duration length) {
    for (Duration at{}; at < length; at += 20ms) {
      session_->audio(std::vector<float>(160, 0.1f));
      loop_.advance(20ms);
    }
  }
  void info(std::string_view event, int turn, double end, std::string_view text, double sure = 0.1) {
    service_->text(R"({"type":"TurnInfo","event":")" + std::string(event) + R"(","turn_index":)" +
                   std::to_string(turn) + R"(,"audio_window_end":)" + std::to_string(end) + R"(,"transcript":")" +
                   std::string(text) + R"(","end_of_turn_confidence":)" + std::to_string(sure) + "}");
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

  net::VirtualLoop loop_;
  net::FakeHttp http_;
  std::shared_ptr<net::FakeSocket> service_;
  std::unique_ptr<Recognizer> recognizer_;
  std::unique_ptr<Session> session_;
  std::vector<std::string> told_;
  bool destroy_ = false;
  Duration used_{};
};

TEST_F(FluxSessionTest, hears_all_of_the_call_in_messages_of_80_ms) {
  EXPECT_TRUE(recognizer_->traits().continuous && recognizer_->traits().finds_turns);
  say(800ms);
  EXPECT_THAT(service_->binaries(), AllOf(SizeIs(10), testing::Each(SizeIs(640))));
}

TEST_F(FluxSessionTest, its_turns_are_signalled_with_its_confidence_while_ours_is_on) {
  say(1s);
  info("StartOfTurn", 0, 0.9, "a");
  info("EagerEndOfTurn", 0, 1, "a", 0.5);
  EXPECT_THAT(told(), IsEmpty()) << "no turn of ours";
  session_->begin();
  info("EagerEndOfTurn", 0, 1, "a", 0.5);
  EXPECT_THAT(told(), ElementsAre("~a")) << "late: it is about what was said before ours";
  say(1s);
  info("Update", 0, 1.5, "a pizza");
  info("EagerEndOfTurn", 0, 1.7, "a pizza", 0.55);
  info("TurnResumed", 0, 1.8, "a pizza with", 0.2);
  info("EagerEndOfTurn", 0, 1.9, "a pizza with ham", 0.6);
  info("EndOfTurn", 0, 2, "a pizza with ham", 0.8);
  EXPECT_THAT(told(), ElementsAre("~a pizza", "eager 550 a pizza", "~a pizza with", "resumed 200 a pizza with",
                                  "~a pizza with ham", "eager 600 a pizza with ham", "ended 800 a pizza with ham"));
}

TEST_F(FluxSessionTest, pause_is_answered_by_the_first_news_of_all_before_it) {
  session_->begin();
  say(1s);
  info("Update", 0, 1, "");
  say(1s);
  session_->pause(1);
  info("Update", 0, 1.75, "a");
  EXPECT_THAT(told(), ElementsAre("~a"));
  info("Update", 0, 2, "a pizza");
  EXPECT_THAT(told(), ElementsAre("1:a pizza"));
  session_->pause(2);
  EXPECT_THAT(told(), ElementsAre("2:a pizza")) << "known already";
  say(1s);
  session_->pause(3);
  info("EagerEndOfTurn", 0, 2.7, "a pizza with ham", 0.6);
  EXPECT_THAT(told(), ElementsAre("3:a pizza with ham", "eager 600 a pizza with ham")) << "well behind the last word";
  say(500ms);
  session_->pause(4);
  session_->pause(5);
  EXPECT_THAT(told(), ElementsAre("4:!cancelled"));
}

TEST_F(FluxSessionTest, line_that_falls_silent_is_filled_with_silence_as_long_as_the_session_lives) {
  say(800ms);
  const auto before = bytes();
  for (int i = 0; i < 3; ++i) {
    loop_.advance(200ms);
    info("Update", 0, 1, "");
  }
  EXPECT_EQ(bytes() - before, 2u * 1600);
  EXPECT_EQ(service_->binaries().back(), std::string(1600, '\xFF'));
  for (int i = 0; i < 100; ++i) {
    loop_.advance(200ms);
    info("Update", 0, 1, "");
  }
  EXPECT_NEAR(static_cast<double>(bytes() - before), 20.4 * 8000, 1600) << "in real time";
  EXPECT_THAT(told(), IsEmpty());
  const auto silent = bytes();
  say(800ms);
  loop_.advance(400ms);
  EXPECT_EQ(bytes() - silent, 6400u + 1600) << "and again when it falls silent again";
  session_->begin();
  session_->end();
  loop_.run_ready();
  EXPECT_EQ(used_, Duration(static_cast<Duration::rep>(bytes()) * 125)) << "silence is paid for, too";
}

TEST_F(FluxSessionTest, session_that_nobody_feeds_lives_and_notices_a_dead_connection) {
  for (int i = 0; i < 150; ++i) {
    loop_.advance(200ms);
    info("Update", 0, 1, "");
  }
  EXPECT_NEAR(static_cast<double>(bytes()), 30 * 8000, 3200);
  EXPECT_THAT(told(), IsEmpty());
  loop_.advance(2300ms);
  EXPECT_THAT(told(), ElementsAre(HasSubstr("failed deepgram: an answer was due")));
  const auto before = bytes();
  loop_.advance(5s);
  EXPECT_EQ(bytes(), before);
}

TEST_F(FluxSessionTest, sound_is_told_soon_lest_the_end_of_a_call_be_in_no_bill) {
  say(800ms);
  EXPECT_GE(used_, 640ms);
}

TEST_F(FluxSessionTest, dead_connection_is_noticed_while_sound_goes_out) {
  say(1s);
  info("Update", 0, 1, "");
  say(1980ms);
  EXPECT_THAT(told(), IsEmpty());
  say(40ms);
  EXPECT_THAT(told(), ElementsAre(HasSubstr("failed deepgram: an answer was due")));
}

TEST_F(FluxSessionTest, error_of_the_service_is_the_end_of_the_session) {
  session_->begin();
  say(100ms);
  session_->pause(1);
  service_->text(R"({"type":"Error","code":"NET-0000","description":"internal"})");
  service_->close(1011, "NET-0000");
  EXPECT_THAT(told(), ElementsAre("failed deepgram: it says: NET-0000: internal"));
  loop_.advance(20s);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(FluxSessionTest, sink_may_destroy_the_session_and_the_service_is_told) {
  session_->begin();
  say(1s);
  session_->pause(1);
  destroy_ = true;
  info("EndOfTurn", 0, 1, "yes", 0.9);
  EXPECT_THAT(told(), ElementsAre("1:yes"));
  EXPECT_THAT(service_->texts(), ElementsAre(kCloseStream));
  EXPECT_TRUE(service_->closing);
}

}  // namespace
}  // namespace offhook::stt

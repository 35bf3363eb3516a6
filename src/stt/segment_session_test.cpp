#include "stt/segment_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "net/virtual_loop.hpp"

namespace offhook::stt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<float> tone(Duration length, float amplitude = 0.3f) {
  std::vector<float> out(static_cast<std::size_t>(length.count() * kRate / 1'000'000));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = amplitude * std::sin(0.2f * static_cast<float>(i));
  return out;
}

// A caller on a loop whose time stands still, and a recogniser that answers when the test says so.
class SegmentSessionTest : public testing::Test {
 protected:
  struct Asked {
    Decode what;
    Transcribed done;
    double seconds() const { return static_cast<double>(what.samples.size()) / kRate; }
  };

  void open(SegmentPolicy policy = {}) {
    session_ = open_segment_session(
        loop_,
        {[this](const Hypothesis& h) {
           told_.push_back("~" + h.text + "/" + std::to_string(h.stable_words));
           if (on_partial_) on_partial_();
         },
         [this](std::uint32_t pause, const Result<std::string>& text) {
           told_.push_back(std::to_string(pause) + ":" + (text ? *text : "!" + text.error().what));
           codes_.push_back(text ? Errc::internal : text.error().code);
           if (on_transcript_) on_transcript_(pause);
         }},
        [this](Decode what, Transcribed done) { asked_.push_back({std::move(what), std::move(done)}); }, policy);
  }
  // In frames of 20 ms, as a call brings them.
  void say(Duration length, float amplitude = 0.3f) {
    const auto frame = tone(20ms, amplitude);
    for (Duration at{}; at < length; at += 20ms) {
      loop_.advance(20ms);
      session_->audio(frame);
    }
  }
  void hush(Duration length) { say(length, 0); }
  void answer(std::size_t ask, Result<std::string> text) {
    asked_.at(ask).done(std::move(text));
    loop_.run_ready();
  }
  std::vector<std::string> told() { return std::exchange(told_, {}); }
  // Partials would only be in the way of what is tested.
  static SegmentPolicy without_partials() {
    SegmentPolicy policy;
    policy.first_partial = 1h;
    return policy;
  }

  net::VirtualLoop loop_;
  std::vector<Asked> asked_;
  std::vector<std::string> told_;
  std::vector<Errc> codes_;
  std::function<void()> on_partial_;
  std::function<void(std::uint32_t)> on_transcript_;
  std::unique_ptr<Session> session_;
};

TEST_F(SegmentSessionTest, partial_is_asked_after_half_a_second_and_then_every_300_ms) {
  open();
  session_->begin();
  say(480ms);
  EXPECT_THAT(asked_, IsEmpty());
  say(20ms);
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_DOUBLE_EQ(asked_[0].seconds(), 0.5);
  answer(0, std::string("I would"));
  say(280ms);
  EXPECT_EQ(asked_.size(), 1u);
  say(20ms);
  ASSERT_EQ(asked_.size(), 2u);
  EXPECT_DOUBLE_EQ(asked_[1].seconds(), 0.8);
  answer(1, std::string("I would like"));
  EXPECT_THAT(told(), ElementsAre("~I would/0", "~I would like/2"));
}

TEST_F(SegmentSessionTest, never_more_than_one_partial_is_under_way) {
  open();
  session_->begin();
  say(2s);
  ASSERT_EQ(asked_.size(), 1u);
}

TEST_F(SegmentSessionTest, slow_recogniser_is_left_alone_for_as_long_as_it_took) {
  open();
  session_->begin();
  say(1500ms);
  answer(0, std::string("so"));  // took 1 s
  say(980ms);
  EXPECT_EQ(asked_.size(), 1u);
  say(20ms);
  ASSERT_EQ(asked_.size(), 2u);
  EXPECT_DOUBLE_EQ(asked_[1].seconds(), 2.5);
}

TEST_F(SegmentSessionTest, failed_partial_is_passed_over_in_silence_and_the_next_is_asked) {
  open();
  session_->begin();
  say(500ms);
  answer(0, Error{Errc::full, "the queue is full"});
  EXPECT_THAT(told(), IsEmpty());
  say(300ms);
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(SegmentSessionTest, partials_become_rarer_as_the_open_segment_grows) {
  open();
  session_->begin();
  say(500ms);
  for (std::size_t answered = 0; asked_.back().seconds() < 9; say(20ms))
    if (answered < asked_.size()) answer(answered++, std::string("more"));
  const double last = asked_.back().seconds() - asked_[asked_.size() - 2].seconds();
  EXPECT_NEAR(last, 0.08 * asked_.back().seconds(), 0.02);
}

TEST_F(SegmentSessionTest, silence_after_speech_asks_for_no_partial) {
  open();
  session_->begin();
  say(500ms);
  answer(0, std::string("Hello"));
  say(200ms);
  hush(100ms);
  answer(1, std::string("Hello there"));
  hush(3s);
  EXPECT_EQ(asked_.size(), 2u);
  say(300ms, 0.003f);  // 40 dB below what was said: the line, not the caller
  EXPECT_EQ(asked_.size(), 2u);
  say(300ms);
  EXPECT_EQ(asked_.size(), 3u);
}

TEST_F(SegmentSessionTest, pause_is_wanted_sooner_than_a_partial_and_makes_it_moot) {
  open();
  session_->begin();
  say(500ms);
  session_->pause(1);
  ASSERT_EQ(asked_.size(), 2u);
  EXPECT_LT(asked_[1].what.wanted, asked_[0].what.wanted);
  EXPECT_TRUE(*asked_[0].what.moot);
  EXPECT_FALSE(*asked_[1].what.moot);
  answer(1, std::string("Yes."));
  answer(0, std::string("Ye"));  // had begun before: comes too late to be told
  EXPECT_THAT(told(), ElementsAre("1:Yes."));
}

TEST_F(SegmentSessionTest, each_pause_is_answered_once_with_everything_since_begin) {
  open(without_partials());
  session_->begin();
  say(1s);
  session_->pause(1);
  hush(200ms);
  say(1s);
  answer(0, std::string("I need"));
  session_->pause(2);
  EXPECT_DOUBLE_EQ(asked_[1].seconds(), 2.2);
  answer(1, std::string("I need a doctor"));
  answer(1, std::string("again"));
  EXPECT_THAT(told(), ElementsAre("1:I need", "2:I need a doctor"));
}

TEST_F(SegmentSessionTest, pause_overtaken_by_a_later_one_need_not_be_decoded) {
  open(without_partials());
  session_->begin();
  say(1s);
  session_->pause(1);
  say(300ms);
  session_->pause(2);
  EXPECT_TRUE(*asked_[0].what.moot);
  EXPECT_FALSE(*asked_[1].what.moot);
  answer(0, Error{Errc::cancelled, "moot"});
  answer(1, std::string("both"));
  EXPECT_THAT(told(), ElementsAre("1:!moot", "2:both"));
}

TEST_F(SegmentSessionTest, pauses_that_pile_up_are_bounded_and_the_oldest_is_refused) {
  open(without_partials());
  session_->begin();
  for (std::uint32_t n = 1; n <= 10; ++n) {
    say(200ms);
    session_->pause(n);
  }
  loop_.run_ready();
  const auto told = this->told();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[0], HasSubstr("1:!"));
  EXPECT_THAT(told[1], HasSubstr("2:!"));
  EXPECT_THAT(codes_, ElementsAre(Errc::full, Errc::full));
}

TEST_F(SegmentSessionTest, error_of_the_recogniser_is_the_answer_to_the_pause) {
  open(without_partials());
  session_->begin();
  say(1s);
  session_->pause(1);
  answer(0, Error{Errc::timeout, "too late"});
  EXPECT_THAT(told(), ElementsAre("1:!too late"));
}

TEST_F(SegmentSessionTest, nothing_is_told_after_end_or_from_an_earlier_turn) {
  open();
  session_->begin();
  say(500ms);
  session_->pause(1);
  session_->end();
  EXPECT_TRUE(*asked_[1].what.moot);
  answer(1, std::string("old"));
  session_->begin();
  say(500ms);
  session_->pause(1);
  answer(0, std::string("older"));
  EXPECT_THAT(told(), IsEmpty());
  answer(asked_.size() - 1, std::string("new"));
  EXPECT_THAT(told(), ElementsAre("1:new"));
}

TEST_F(SegmentSessionTest, sound_and_pauses_outside_a_turn_are_ignored) {
  open();
  say(1s);
  session_->pause(1);
  loop_.run_ready();
  EXPECT_THAT(asked_, IsEmpty());
  session_->begin();
  say(500ms);
  EXPECT_DOUBLE_EQ(asked_.at(0).seconds(), 0.5);
}

TEST_F(SegmentSessionTest, destroyed_session_tells_nothing) {
  open();
  session_->begin();
  say(500ms);
  session_->pause(1);
  session_.reset();
  EXPECT_TRUE(*asked_[1].what.moot);
  answer(0, std::string("a"));
  answer(1, std::string("b"));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(SegmentSessionTest, sink_may_destroy_the_session) {
  open(without_partials());
  session_->begin();
  say(11s);
  session_->pause(1);
  say(1s);
  session_->pause(2);
  on_transcript_ = [this](std::uint32_t) { session_.reset(); };
  answer(1, std::string("tail"));
  answer(0, std::string("head"));  // both pauses are complete now; only the first is told
  EXPECT_EQ(told().size(), 1u);

  on_transcript_ = nullptr;
  open();
  session_->begin();
  say(500ms);
  on_partial_ = [this] { session_.reset(); };
  answer(asked_.size() - 1, std::string("x"));
  EXPECT_FALSE(session_);
}

TEST_F(SegmentSessionTest, sink_may_end_the_turn_and_begin_the_next) {
  open(without_partials());
  session_->begin();
  say(1s);
  session_->pause(1);
  on_transcript_ = [this](std::uint32_t) {
    session_->end();
    session_->begin();
  };
  answer(0, std::string("one"));
  say(1s);
  session_->pause(1);
  EXPECT_DOUBLE_EQ(asked_.at(1).seconds(), 1.0);
}

TEST_F(SegmentSessionTest, silence_and_clicks_are_empty_without_asking) {
  open();
  session_->begin();
  hush(2s);
  session_->pause(1);
  session_->end();
  session_->begin();
  say(80ms);
  session_->pause(1);
  EXPECT_THAT(told(), IsEmpty());  // never from within pause()
  loop_.run_ready();
  session_->end();
  session_->begin();
  say(2s, 0.002f);  // -57 dBFS
  session_->pause(3);
  loop_.run_ready();
  EXPECT_THAT(told(), ElementsAre("1:", "3:"));
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(SegmentSessionTest, loops_are_cut_out_of_partials_and_transcripts) {
  open();
  session_->begin();
  say(500ms);
  answer(0, std::string(" ha ha ha ha ha ha ha"));
  session_->pause(1);
  answer(1, std::string(" Thank you. Thank you. Thank you. Thank you. Thank you. Thank"));
  EXPECT_THAT(told(), ElementsAre("~ha/0", "1:Thank you."));
}

//   0        11 s p1                    p2
//   ├─ closed ──┤ silence, speech 2 s ──┤
TEST_F(SegmentSessionTest, long_segment_closes_at_a_pause_and_is_not_decoded_again) {
  open(without_partials());
  session_->begin();
  say(11s);
  session_->pause(1);
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_DOUBLE_EQ(asked_[0].seconds(), 11);
  answer(0, std::string("A long story."));
  hush(500ms);
  say(2s);
  session_->pause(2);
  ASSERT_EQ(asked_.size(), 2u);
  EXPECT_DOUBLE_EQ(asked_[1].seconds(), 2.5);
  answer(1, std::string("The end."));
  EXPECT_THAT(told(), ElementsAre("1:A long story.", "2:A long story. The end."));
}

TEST_F(SegmentSessionTest, later_pause_waits_for_the_closed_segment_but_never_makes_it_moot) {
  open(without_partials());
  session_->begin();
  say(11s);
  session_->pause(1);
  say(1s);
  session_->pause(2);
  EXPECT_FALSE(*asked_[0].what.moot);
  answer(1, std::string("tail"));
  EXPECT_THAT(told(), IsEmpty());
  answer(0, std::string("head"));
  EXPECT_THAT(told(), ElementsAre("1:head", "2:head tail"));
}

TEST_F(SegmentSessionTest, pause_in_an_empty_open_segment_repeats_what_is_known) {
  open(without_partials());
  session_->begin();
  say(11s);
  session_->pause(1);
  answer(0, std::string("head"));
  session_->pause(2);
  loop_.run_ready();
  EXPECT_THAT(told(), ElementsAre("1:head", "2:head"));
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(SegmentSessionTest, partials_hold_the_whole_turn_and_wait_for_its_closed_part) {
  SegmentPolicy policy;
  policy.partial_rest = 1;
  open(policy);
  session_->begin();
  say(11s);  // its first partial is never answered
  session_->pause(1);
  ASSERT_EQ(asked_.size(), 2u);
  say(1s);
  EXPECT_EQ(asked_.size(), 2u);
  answer(0, std::string("moot"));
  say(1s);
  EXPECT_EQ(asked_.size(), 2u);
  answer(1, std::string("Well, then"));
  say(1s);
  ASSERT_EQ(asked_.size(), 3u);
  EXPECT_LT(asked_[2].seconds(), 3.1);
  answer(2, std::string("we go"));
  EXPECT_THAT(told(), ElementsAre("1:Well, then", "~Well, then we go/2"));
}

//   0                      18 s ▼ 200 ms of quiet   20 s
//   ├───────── closed ──────────┼──── open ────┤
TEST_F(SegmentSessionTest, speech_without_a_pause_is_closed_at_its_quietest_point) {
  open(without_partials());
  session_->begin();
  say(18s);
  hush(200ms);
  say(1780ms);
  EXPECT_THAT(asked_, IsEmpty());
  say(20ms);
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_NEAR(asked_[0].seconds(), 18.1, 0.06);
  say(1s);
  session_->pause(1);
  ASSERT_EQ(asked_.size(), 2u);
  EXPECT_NEAR(asked_[0].seconds() + asked_[1].seconds(), 21, 1e-6);
  EXPECT_LT(asked_[1].what.wanted - loop_.now(), 100ms);
  answer(0, std::string("first"));
  answer(1, std::string("second"));
  EXPECT_THAT(told(), ElementsAre("1:first second"));
}

TEST_F(SegmentSessionTest, one_long_delivery_is_cut_like_many_short_ones) {
  open(without_partials());
  session_->begin();
  session_->audio(tone(50s));
  ASSERT_EQ(asked_.size(), 2u);
  for (const auto& ask : asked_) {
    EXPECT_GE(ask.seconds(), 17);
    EXPECT_LE(ask.seconds(), 20);
  }
}

TEST_F(SegmentSessionTest, closed_segment_that_failed_is_asked_again) {
  open(without_partials());
  session_->begin();
  say(11s);
  session_->pause(1);
  answer(0, Error{Errc::full, "no room"});
  say(1s);
  session_->pause(2);
  ASSERT_EQ(asked_.size(), 3u);
  EXPECT_DOUBLE_EQ(asked_[1].seconds(), 11);
  EXPECT_DOUBLE_EQ(asked_[2].seconds(), 1);
  answer(1, std::string("head"));
  answer(2, std::string("tail"));
  EXPECT_THAT(told(), ElementsAre("1:!no room", "2:head tail"));
}

TEST_F(SegmentSessionTest, recogniser_a_minute_behind_loses_sound_and_says_so) {
  open(without_partials());
  session_->begin();
  say(62s);
  EXPECT_TRUE(*asked_[0].what.moot);
  EXPECT_FALSE(*asked_[1].what.moot);
  for (std::size_t i = 1; i < asked_.size(); ++i) answer(i, std::string("part"));
  answer(0, std::string("too late"));
  session_->pause(1);
  answer(asked_.size() - 1, std::string("tail"));
  ASSERT_EQ(codes_.size(), 1u);
  EXPECT_EQ(codes_[0], Errc::full);
  EXPECT_THAT(told().at(0), HasSubstr("s of speech were dropped"));

  session_->begin();  // the next turn is whole again
  say(1s);
  session_->pause(1);
  answer(asked_.size() - 1, std::string("fine"));
  EXPECT_THAT(told(), ElementsAre("1:fine"));
}

}  // namespace
}  // namespace offhook::stt

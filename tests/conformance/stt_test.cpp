// What every recogniser keeps while its service does.
#include "conformance/stt_testing.hpp"

namespace offhook::conformance::ears {
namespace {

using stt::TurnSignal;
using testing::AllOf;
using testing::Ge;
using testing::IsEmpty;
using testing::SizeIs;

class Stt : public SttTest, public testing::WithParamInterface<SttRow> {
 protected:
  const SttRow& row() const { return GetParam(); }
  stt::Recognizer& recognizer() {
    if (!recognizer_) recognizer_ = &recognizer_of(rig_, row(), rig_.standins);
    return *recognizer_;
  }
  Ear ear() { return Ear(rig_, recognizer(), row().local); }
  Counters counters() const { return rig_.standins.counters(row().service); }
  void answers_are_late(Duration by) {
    Fault delay = fault(Fault::Kind::delay);
    delay.delay = by;
    if (!row().local) rig_.standins.set_faults(row().service, {delay});
  }

 private:
  stt::Recognizer* recognizer_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(, Stt, testing::ValuesIn(stt_all()), [](const auto& info) { return title(info.param.name); });

TEST_P(Stt, says_what_it_hears_and_answers_a_pause_once) {
  Ear ear = this->ear();
  ear.begin();
  auto sound = ear.sound_of(1);
  const auto half = static_cast<std::ptrdiff_t>(sound.size() / 2);
  ear.hear({sound.begin(), sound.begin() + half});
  if (row().partials) {
    EXPECT_TRUE(ear.has_partial());
  }
  ear.hear({sound.begin() + half, sound.end()});
  ear.wait();
  EXPECT_TRUE(ear.heard(ear.pause(), {1}));
  ear.end();
  if (!row().partials) {
    EXPECT_THAT(ear.partials(), IsEmpty());
  }
  for (const std::string& partial : ear.partials())
    EXPECT_TRUE(row().local || is_beginning_of(partial, {1})) << partial;
  EXPECT_TRUE(ear.hears({0})) << "by then a second answer would have come";
}

TEST_P(Stt, speech_that_goes_on_after_a_pause_is_of_the_same_turn) {
  Ear ear = this->ear();
  ear.begin();
  Said said;
  for (std::size_t i = 0; i < utterances.size(); ++i) {
    ear.say(i);
    ear.wait();
    said.push_back(i);
    EXPECT_TRUE(ear.heard(ear.pause(), said));
  }
  ear.end();
}

TEST_P(Stt, pause_is_of_all_before_it_though_an_earlier_one_is_under_way) {
  answers_are_late(30ms);
  Ear ear = this->ear();
  for (int turn = 0; turn < 3; ++turn) {
    ear.begin();
    ear.say(0);
    ear.wait();
    const auto earlier = ear.ask();
    ear.say(3);
    ear.wait();
    EXPECT_TRUE(ear.heard(ear.pause(), {0, 3}));
    const auto first = ear.answer(earlier);
    if (first.ok() || first.error().code != Errc::cancelled) {
      EXPECT_TRUE(ear.heard(first, {0}));
    }
    ear.end();
  }
}

TEST_P(Stt, nothing_of_a_turn_is_in_a_later_one) {
  answers_are_late(20ms);
  Ear ear = this->ear();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(ear.hears({1}));
    ear.begin();  // ends before it is answered: its words come in the next turn
    ear.say(3);
    ear.wait();
    ear.ask();
    ear.end();
    EXPECT_TRUE(ear.hears({0}));
    ear.begin();  // ends without having been asked
    ear.say(2);
    ear.wait();
    ear.end();
    EXPECT_TRUE(ear.hears({3, 0}));
  }
}

TEST_P(Stt, silence_is_an_empty_transcript) {
  Ear ear = this->ear();
  ear.begin();
  ear.wait(500ms);
  const auto text = ear.pause();
  ASSERT_TRUE(text.ok()) << text.error().what;
  EXPECT_EQ(*text, "");
  ear.end();
  EXPECT_TRUE(ear.hears({2}));
  EXPECT_TRUE(ear.hears({0}));
}

TEST_P(Stt, pause_right_behind_another_is_answered_alike) {
  Ear ear = this->ear();
  ear.begin();
  ear.say(2);
  ear.wait();
  EXPECT_TRUE(ear.heard(ear.pause(), {2}));
  EXPECT_TRUE(ear.heard(ear.pause(), {2})) << "without any sound between";
  ear.wait(40ms);
  EXPECT_TRUE(ear.heard(ear.pause(), {2})) << "with a little silence between";
  ear.end();
}

TEST_P(Stt, calls_do_not_mix) {
  Ear a = ear(), b = ear();
  a.begin();
  b.begin();
  Said of_a, of_b;
  for (const auto& [one, other] : {std::pair<std::size_t, std::size_t>{0, 1}, {2, 3}}) {
    Ear::hear_each({{&a, a.sound_of(one)}, {&b, b.sound_of(other)}});
    Ear::hear_each({{&a, a.silence(hush)}, {&b, b.silence(hush)}});
    of_a.push_back(one);
    of_b.push_back(other);
    const auto pause_a = a.ask(), pause_b = b.ask();
    EXPECT_TRUE(b.heard(b.answer(pause_b), of_b));
    EXPECT_TRUE(a.heard(a.answer(pause_a), of_a));
  }
  a.close();
  b.end();
  EXPECT_TRUE(b.hears({1})) << "though the other call is over";
}

TEST_P(Stt, session_may_go_at_any_moment_and_its_service_is_told) {
  answers_are_late(20ms);
  const auto is_open = [&](std::int64_t sessions) {
    return row().local || eventually([&] { return counters().open == sessions; });
  };
  {
    Ear at_once = ear();
  }
  {
    Ear in_a_turn = ear();
    in_a_turn.begin();
    in_a_turn.say(0);
    if (row().streams) {
      EXPECT_TRUE(in_a_turn.has_partial()) << "so it is open, on both sides";
    }
  }
  EXPECT_TRUE(is_open(0));
  {
    Ear asked = ear();
    asked.begin();
    asked.say(0);
    asked.wait();
    asked.ask();
    EXPECT_TRUE(row().streams ? asked.has_partial() : is_open(1));
  }
  EXPECT_TRUE(is_open(0));
  for (const bool partial : {true, false}) {
    if (partial && !row().partials) continue;
    Ear inside = ear();
    (partial ? inside.on_partial : inside.on_transcript) = [&] { inside.close(); };
    inside.begin();
    inside.say(1);
    inside.wait();
    if (!partial) inside.ask();
    EXPECT_TRUE(rig_.until([&] { return inside.is_closed(); }));
    EXPECT_TRUE(is_open(0));
  }
  if (row().local) return;
  if (row().streams) {  // all but the first had been opened
    const auto said = rig_.standins.received(row().service);
    EXPECT_EQ(std::count(said.begin(), said.end(), R"({"type":"CloseStream"})"), 4);
  } else {
    EXPECT_GE(counters().cancels, 1);
  }
}

class SttService : public Stt {};
INSTANTIATE_TEST_SUITE_P(, SttService, testing::ValuesIn(stt_services()),
                         [](const auto& info) { return title(info.param.name); });

TEST_P(SttService, sound_that_is_paid_for_is_told) {
  Ear ear = this->ear();
  EXPECT_TRUE(ear.hears({0, 1}));
  EXPECT_TRUE(ear.hears({2}));
  // What the stand-in has got by now and what we were told are both behind.
  const auto told = [&] {
    Duration all{};
    for (const auto& [name, sound] : ear.used()) all += sound;
    return all;
  };
  EXPECT_TRUE(eventually([&] {
    return std::abs(static_cast<double>(told().count()) / 1e6 - counters().seconds_in) < 0.001;
  })) << told() / 1ms
      << " ms told, " << counters().seconds_in << " s given";
  EXPECT_THAT(ear.used(), SizeIs(1));
  EXPECT_EQ(ear.used().count(row().spec.provider), 1u);
  if (row().streams) {
    EXPECT_LE(ear.given() - told(), 80ms) << "no more than a message waits to be filled";
  }
}

class SttStream : public Stt {};
INSTANTIATE_TEST_SUITE_P(, SttStream, testing::Values(stt_service("deepgram"), stt_service("flux")),
                         [](const auto& info) { return title(info.param.name); });

// The turns are ours.
TEST_P(SttStream, pause_does_not_wait_until_the_service_finds_an_end) {
  rig_.standins.change([](Settings& s) { s.stt_endpoint = 60s; });
  Ear ear = this->ear();
  int words = 0;  // so far in the service's own turn
  for (const std::size_t one : {0u, 1u, 2u}) {
    ear.begin();
    ear.say(one);
    ear.wait();
    const auto text = ear.pause();
    ASSERT_TRUE(text.ok()) << text.error().what;
    const int count = words_until_end_of_each({one})[0];
    if (row().service == Service::flux) {
      EXPECT_EQ(*text, numbers_after(words, words + count));
      words += count;
    } else {
      EXPECT_TRUE(is_all_of(*text, {one}));
    }
    ear.end();
  }
  EXPECT_EQ(counters().finalizes, row().service == Service::flux ? 0 : 3);
}

using SttDeepgram = SttTest;
TEST_F(SttDeepgram, connection_outlives_a_long_silence) {
  rig_.standins.change([](Settings& s) { s.deepgram_idle = 4500ms; });
  Ear ear(rig_, recognizer_of(rig_, stt_service("deepgram"), rig_.standins));
  EXPECT_TRUE(ear.hears({0}));
  EXPECT_TRUE(eventually([&] { return rig_.standins.counters(Service::deepgram).keepalives == 1; }));
  EXPECT_TRUE(ear.hears({1}));
  EXPECT_EQ(rig_.standins.counters(Service::deepgram).connections, 1);
}

using SttFlux = SttTest;
// Of the two utterances the second is told of only after both pauses.
TEST_F(SttFlux, late_news_of_an_earlier_pause_are_no_answer_to_a_later) {
  Fault late = fault(Fault::Kind::delay);
  late.delay = 50ms;
  rig_.standins.set_faults(Service::flux, {late});
  Ear ear(rig_, recognizer_of(rig_, stt_service("flux"), rig_.standins));
  ear.begin();
  ear.say(0);
  ear.wait();
  ear.ask();
  ear.hear(noise(320ms, 8000));
  ear.wait();
  const auto text = ear.pause();
  ASSERT_TRUE(text.ok()) << text.error().what;
  EXPECT_EQ(*text, numbers_after(0, 15) + " " + numbers_after(0, 8));
  ear.end();
}

TEST_F(SttFlux, its_turns_are_signalled_while_ours_is_on) {
  rig_.standins.change([](Settings& s) { s.stt_endpoint = 300ms; });
  Ear ear(rig_, recognizer_of(rig_, stt_service("flux"), rig_.standins));
  ear.say(3);
  ear.wait(400ms);  // a turn of Flux before any of ours: not told
  for (int turn = 0; turn < 2; ++turn) {
    ear.begin();
    ear.say(0);
    ear.wait(260ms);
    ASSERT_TRUE(ear.has_signal(TurnSignal::Kind::eager));
    ear.say(1);
    ASSERT_TRUE(ear.has_signal(TurnSignal::Kind::resumed));
    ear.wait(400ms);
    ASSERT_TRUE(ear.has_signal(TurnSignal::Kind::ended));
    ear.end();
    const auto signals = ear.take_signals();
    ASSERT_THAT(signals, SizeIs(4));
    EXPECT_EQ(signals[0].kind, TurnSignal::Kind::eager);
    EXPECT_TRUE(is_all_of(signals[0].text, {0}));
    EXPECT_EQ(signals[1].kind, TurnSignal::Kind::resumed);
    EXPECT_EQ(signals[2].kind, TurnSignal::Kind::eager);
    EXPECT_TRUE(is_all_of(signals[2].text, {0, 1}));
    EXPECT_EQ(signals[3].kind, TurnSignal::Kind::ended);
    EXPECT_TRUE(is_all_of(signals[3].text, {0, 1}));
    for (const auto& signal : signals) EXPECT_THAT(signal.permille, AllOf(Ge(0), testing::Le(1000)));
  }
}

}  // namespace
}  // namespace offhook::conformance::ears

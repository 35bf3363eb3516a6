#include "call/cut_in.hpp"

#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

SpeechTrack heard(std::vector<Rehearsal::Speech> said) {
  auto w = world();
  w.speech = std::move(said);
  w.delays.permille = 100;
  w.think = [](const std::string&, int) { return answer("yes", 1s); };
  w.run(10s);
  SpeechTrack speech;
  State state = begin(w.state().settings);
  for (const auto& [when, event] : w.events()) {
    step(state, event, when);
    speech.saw(state, event, when);
  }
  speech.finish();
  return speech;
}

Time at(Duration d) {
  return Time{} + d;
}

}  // namespace

TEST(CutIn, a_turn_that_is_taken_before_the_caller_speaks_on_is_one) {
  const auto speech = heard({{1s, 2s, "my number is"}, {2600ms, 3500ms, "four two"}});
  ASSERT_EQ(speech.stretches().size(), 2u);
  EXPECT_TRUE(speech.judged(1, at(1500ms), "", {}).cut_in);              // in mid-speech
  EXPECT_TRUE(speech.judged(1, at(2300ms), "", {}).cut_in);              // in the pause
  EXPECT_FALSE(speech.judged(1, at(4s), "", {}).cut_in);                 // behind it
  EXPECT_FALSE(speech.judged(1, at(1050ms), "", {}, at(900ms)).cut_in);  // what is not counted
}

TEST(CutIn, speech_that_comes_later_is_another_turn) {
  const auto speech = heard({{1s, 2s, "my number is"}, {4s, 5s, "four two"}});
  EXPECT_FALSE(speech.judged(1, at(2500ms), "", {}).cut_in);
  EXPECT_TRUE(speech.judged(1, at(2900ms), "", {}).cut_in);
}

TEST(CutIn, a_reaction_to_the_answer_is_none) {
  const auto speech = heard({{1s, 2s, "my number is"}, {3s, 4s, "no wait"}});
  EXPECT_TRUE(speech.judged(1, at(2300ms), "", {}).cut_in);
  EXPECT_TRUE(speech.judged(1, at(2300ms), "", Answered{at(2300ms), at(2700ms)}).cut_in);
  EXPECT_FALSE(speech.judged(1, at(2300ms), "", Answered{at(2300ms), at(2400ms)}).cut_in);
}

TEST(CutIn, a_turn_taken_earlier_is_not_less_of_one) {
  const auto speech = heard({{1s, 2s, "my number is"}, {3300ms, 4s, "four two"}});
  const Answered recorded{at(2300ms), at(3200ms)};
  EXPECT_TRUE(speech.judged(1, at(2300ms), "", recorded).cut_in);
  EXPECT_TRUE(speech.judged(1, at(2050ms), "", recorded).cut_in);
  EXPECT_FALSE(speech.judged(1, at(2050ms), "", {}).cut_in);
}

TEST(CutIn, a_backchannel_and_a_noise_are_none) {
  const auto yes = heard({{1s, 2s, "my number is four"}, {5500ms, 5900ms, "mm-hm"}});
  EXPECT_FALSE(yes.judged(1, at(5s), "", {}).cut_in);
  const auto noise = heard({{1s, 2s, "my number is four"}, {5500ms, 5900ms, ""}});
  EXPECT_FALSE(noise.judged(1, at(5s), "", {}).cut_in);
}

TEST(CutIn, the_wait_is_from_the_callers_last_sound) {
  const auto speech = heard({{1s, 2s, "my number is four"}});
  EXPECT_NEAR(to_ms(speech.judged(1, at(2700ms), "", {}).wait), 700, 40);
  EXPECT_EQ(speech.judged(1, at(500ms), "", {}).wait, Duration{});  // before any
}

}  // namespace offhook::call

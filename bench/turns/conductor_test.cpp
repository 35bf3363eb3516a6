#include "turns/conductor.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "turns/sound_testing.hpp"

namespace offhook::turns {
namespace {

constexpr Samples kBeat = 160;

Clip clip(std::int64_t ms) {
  Clip out;
  out.sound = std::make_shared<Sound>(sound_of({{Level::loud, ms}}));
  out.last = samples_of_ms(ms);
  return out;
}

struct Played {
  CaseTimes times;
  std::map<Samples, const Clip*> said;
  SoundMap heard;
};

// An agent that says what `speaks` tells of each beat: is it heard in it?
Played play(CaseScript script, const std::function<bool(std::int64_t ms)>& speaks) {
  Played out;
  Conductor conductor(std::move(script), 0);
  for (Samples now = 0; !conductor.over() && now < samples_of(150s); now += kBeat) {
    if (const Clip* said = conductor.step(now, out.heard)) out.said[now] = said;
    out.heard.append(sound_of({{speaks(ms_of(now)) ? Level::loud : Level::nothing, 20}}));
  }
  EXPECT_TRUE(conductor.over()) << "a case ends";
  out.times = conductor.times();
  return out;
}

TEST(Conductor, speaks_once_the_agent_has_been_silent_and_waits_until_it_is_again) {
  const Played p = play({.say = clip(500), .over = {}}, [](std::int64_t ms) {
    return ms < 1000 || (ms >= 3500 && ms < 5000);  // the end of a greeting; an answer
  });
  EXPECT_EQ(p.times.said_from, samples_of_ms(2200));
  EXPECT_EQ(p.times.said_to, samples_of_ms(2700));
  EXPECT_EQ(p.times.answered, samples_of_ms(3500));
  EXPECT_NEAR(static_cast<double>(ms_of(p.times.over)), 6200, 20);
  EXPECT_EQ(p.said.size(), 1u);
}

TEST(Conductor, a_turn_without_an_answer_ends_after_its_patience) {
  const Played p = play({.say = clip(500), .over = {}, .answer = 4s}, [](std::int64_t) { return false; });
  EXPECT_FALSE(p.times.answered);
  EXPECT_NEAR(static_cast<double>(ms_of(p.times.over)), 1200 + 500 + 4000, 20);
}

TEST(Conductor, a_noise_comes_so_long_after_the_answers_first_sound_and_while_it_is_heard) {
  const CaseScript script{.say = clip(500), .over = clip(300), .over_after = 1500ms};
  const auto answer = [](std::int64_t ms) { return ms >= 2000 && ms < 12000 && !(ms >= 3400 && ms < 3800); };
  const Played p = play(script, answer);
  ASSERT_TRUE(p.times.over_from);
  EXPECT_GE(ms_of(*p.times.over_from), 3800) << "not into a pause of the agent's";
  EXPECT_LE(ms_of(*p.times.over_from), 3840);
  EXPECT_EQ(*p.times.over_to - *p.times.over_from, samples_of_ms(300));
  EXPECT_GT(ms_of(p.times.over), 13000) << "the agent is let end";
}

TEST(Conductor, an_answer_that_is_too_short_is_not_spoken_over) {
  const CaseScript script{.say = clip(500), .over = clip(300), .over_after = 3s};
  const Played p = play(script, [](std::int64_t ms) { return ms >= 2000 && ms < 3000; });
  EXPECT_TRUE(p.times.answered);
  EXPECT_FALSE(p.times.over_from);
}

TEST(Conductor, an_agent_that_never_ends_is_not_waited_for_for_ever) {
  const Played p = play({.say = clip(500), .over = {}}, [](std::int64_t) { return true; });
  EXPECT_TRUE(p.times.said_from);
}

TEST(Conductor, a_call_begins_with_a_greeting_or_without_one) {
  const Greeting greeting(5s);
  const SoundMap silent = map_of({{Level::nothing, 6000}});
  EXPECT_FALSE(greeting.over(samples_of_ms(4980), silent));
  EXPECT_TRUE(greeting.over(samples_of_ms(5000), silent));
  const SoundMap greets = map_of({{Level::nothing, 100}, {Level::loud, 100}});
  EXPECT_TRUE(greeting.over(samples_of_ms(200), greets));
  EXPECT_FALSE(greeting.over(samples_of_ms(100), greets));
}

}  // namespace
}  // namespace offhook::turns

#include "turns/mixer.hpp"

#include <gtest/gtest.h>

#include <array>

#include "audio/level.hpp"
#include "turns/sound_testing.hpp"

namespace offhook::turns {
namespace {

// Beat by beat; `heard` is what the agent says, silence behind its end.
Sound sent(Mixer& mixer, const Sound& heard, int beats) {
  Sound out;
  for (int beat = 0; beat < beats; ++beat) {
    std::array<std::int16_t, Mixer::kBeat> frame, agent{};
    mixer.next(frame);
    out.insert(out.end(), frame.begin(), frame.end());
    for (std::size_t i = 0; i < agent.size(); ++i)
      if (const std::size_t at = static_cast<std::size_t>(beat) * agent.size() + i; at < heard.size())
        agent[i] = heard[at];
    mixer.hear(agent);
  }
  return out;
}

SoundMap map_of_sound(const Sound& sound) {
  SoundMap map;
  map.append(sound);
  return map;
}

TEST(Mixer, a_line_is_never_quite_silent_and_what_is_said_is_on_it_unchanged) {
  Mixer mixer({.floor_dbfs = -60, .echo = {}});
  const Sound before = sent(mixer, {}, 50);
  EXPECT_NEAR(audio::dbfs(before), -60, 1);
  const auto clip = std::make_shared<Sound>(sound_of({{Level::loud, 110}}));
  mixer.say(clip);
  const Sound with = sent(mixer, {}, 10);
  EXPECT_TRUE(std::equal(clip->begin(), clip->end(), with.begin()));
  EXPECT_FALSE(map_of_sound(with).audible(samples_of_ms(110), samples_of_ms(200)));
  EXPECT_GT(audio::dbfs(std::span(with).subspan(880)), -64);
}

TEST(Mixer, a_clear_line_returns_nothing_of_the_agent) {
  Mixer mixer({.floor_dbfs = -60, .echo = {}});
  EXPECT_FALSE(map_of_sound(sent(mixer, sound_of({{Level::loud, 1000}}), 60)).audible(0, 9600));
}

TEST(Mixer, an_echo_comes_after_its_delay_and_softer) {
  Mixer mixer({.floor_dbfs = -70, .echo = Echo{.delay = 250ms, .db = -12, .low_pass = 3300}});
  const Sound agent = sound_of({{Level::loud, 400}});
  const Sound line = sent(mixer, agent, 50);
  const SoundMap map = map_of_sound(line);
  EXPECT_EQ(map.first_audible(0), samples_of_ms(250));
  EXPECT_NEAR(static_cast<double>(*map.last_audible(0, map.end())), static_cast<double>(samples_of_ms(650)), 40);
  EXPECT_NEAR(audio::dbfs(std::span(line).subspan(2400, 2000)), audio::dbfs(agent) - 12, 2);
}

TEST(Mixer, an_echo_lies_under_what_the_caller_says) {
  Mixer mixer({.floor_dbfs = -70, .echo = Echo{.delay = 20ms, .db = -6, .low_pass = 3300}});
  const auto clip = std::make_shared<Sound>(sound_of({{Level::quiet, 200}}));
  mixer.say(clip);
  const Sound line = sent(mixer, sound_of({{Level::loud, 100}}), 10);
  EXPECT_TRUE(map_of_sound(line).audible(samples_of_ms(20), samples_of_ms(120)));
  EXPECT_EQ(line[samples_of_ms(180)], (*clip)[samples_of_ms(180)]);
}

}  // namespace
}  // namespace offhook::turns

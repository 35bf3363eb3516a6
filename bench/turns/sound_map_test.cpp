#include "turns/sound_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "turns/sound_testing.hpp"

namespace offhook::turns {
namespace {

TEST(SoundMap, tells_speech_from_a_voices_quiet_and_from_nothing) {
  const SoundMap map = map_of({{Level::nothing, 100}, {Level::loud, 200}, {Level::quiet, 100}, {Level::nothing, 80}});
  EXPECT_EQ(map.end(), samples_of_ms(480));
  EXPECT_EQ(map.first_audible(0), samples_of_ms(100));
  EXPECT_EQ(map.last_audible(0, map.end()), samples_of_ms(300));
  EXPECT_FALSE(map.audible(samples_of_ms(300), map.end()));
  EXPECT_FALSE(map.audible(0, samples_of_ms(100)));
}

TEST(SoundMap, a_position_within_a_step_is_not_answered_from_before_it) {
  const SoundMap map = map_of({{Level::loud, 100}});
  EXPECT_EQ(map.first_audible(13), 13);
  EXPECT_FALSE(map.first_audible(map.end()));
  EXPECT_TRUE(map.audible(-500, 40));
}

TEST(SoundMap, a_break_knows_how_much_of_it_was_nothing_at_all) {
  const SoundMap map = map_of({{Level::nothing, 50},
                               {Level::loud, 100},
                               {Level::quiet, 40},
                               {Level::nothing, 70},
                               {Level::quiet, 10},
                               {Level::nothing, 20},
                               {Level::loud, 100},
                               {Level::quiet, 30},
                               {Level::loud, 50},
                               {Level::nothing, 700}});
  const auto breaks = map.breaks(0, map.end(), samples_of_ms(60));
  ASSERT_EQ(breaks.size(), 2u) << "silence before the first sound is no break, and 30 ms are too short";
  EXPECT_EQ(breaks[0].begin, samples_of_ms(150));
  EXPECT_EQ(breaks[0].length(), samples_of_ms(140));
  EXPECT_EQ(breaks[0].dead, samples_of_ms(70));
  EXPECT_TRUE(breaks[0].goes_on);
  EXPECT_FALSE(breaks[1].goes_on);
  EXPECT_EQ(breaks[1].dead, samples_of_ms(700));
}

TEST(SoundMap, silence_that_is_sent_is_the_agents_own_pause_unless_it_sends_always) {
  const auto dead = [](Level between) {
    const SoundMap map = map_of({{between, 700},
                                 {Level::loud, 100},
                                 {Level::quiet, 50},
                                 {Level::zeros, 200},
                                 {Level::quiet, 50},
                                 {Level::loud, 100}});
    return map.breaks(samples_of_ms(700), map.end(), samples_of_ms(60)).at(0).dead;
  };
  EXPECT_EQ(dead(Level::nothing), 0) << "it sends nothing while it is silent";
  EXPECT_EQ(dead(Level::zeros), samples_of_ms(200));
}

TEST(SoundMap, a_break_is_found_whole_from_the_middle_of_it) {
  const SoundMap map = map_of({{Level::loud, 100}, {Level::nothing, 300}, {Level::loud, 100}});
  const auto breaks = map.breaks(samples_of_ms(250), samples_of_ms(260), 0);
  ASSERT_EQ(breaks.size(), 1u);
  EXPECT_EQ(breaks[0].begin, samples_of_ms(100));
  EXPECT_EQ(breaks[0].end, samples_of_ms(400));
  EXPECT_TRUE(map.breaks(samples_of_ms(400), samples_of_ms(500), 0).empty());
}

}  // namespace
}  // namespace offhook::turns

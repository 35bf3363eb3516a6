#include "turns/grader.hpp"

#include <gtest/gtest.h>

#include "turns/sound_testing.hpp"

namespace offhook::turns {
namespace {

Samples at(std::int64_t ms) {
  return samples_of_ms(ms);
}

TEST(Grader, an_answer_is_timed_from_the_callers_end) {
  const SoundMap heard = map_of({{Level::nothing, 2500}, {Level::loud, 1000}});
  const Answered a = grade_answer(heard, at(500), at(2000), 12s);
  EXPECT_FALSE(a.early);
  EXPECT_EQ(a.delay, at(500));
  EXPECT_FALSE(grade_answer(heard, at(500), at(2000), 400ms).delay) << "beyond patience is missed";
}

TEST(Grader, an_agent_that_speaks_before_the_end_is_early) {
  const SoundMap heard = map_of({{Level::nothing, 1500}, {Level::loud, 300}, {Level::nothing, 700}});
  EXPECT_TRUE(grade_answer(heard, at(500), at(2000), 12s).early);
  EXPECT_FALSE(grade_answer(heard, at(500), at(2000), 12s).delay);
}

TEST(Grader, speaking_in_a_pause_or_over_what_follows_it_is_a_cut_in) {
  const SoundMap in_it = map_of({{Level::nothing, 1300}, {Level::loud, 100}, {Level::nothing, 2000}});
  EXPECT_TRUE(cut_in(in_it, at(1000), at(3000)));
  const SoundMap over_it = map_of({{Level::nothing, 2900}, {Level::loud, 100}});
  EXPECT_TRUE(cut_in(over_it, at(1000), at(3000)));
  const SoundMap behind_it = map_of({{Level::nothing, 3000}, {Level::loud, 100}});
  EXPECT_FALSE(cut_in(behind_it, at(1000), at(3000)));
  const SoundMap before_it = map_of({{Level::loud, 1000}, {Level::nothing, 3000}});
  EXPECT_FALSE(cut_in(before_it, at(1000), at(3000)));
}

TEST(Grader, an_interruption_has_succeeded_once_the_agent_is_silent_for_good) {
  const SoundMap heard = map_of({{Level::loud, 2300}, {Level::nothing, 900}, {Level::loud, 500}});
  const Interrupted i = grade_interruption(heard, at(2000));
  EXPECT_TRUE(i.spoke);
  EXPECT_TRUE(i.stopped);
  EXPECT_EQ(i.silent, at(300));
}

TEST(Grader, a_short_break_is_not_an_interruption_that_succeeded) {
  const SoundMap heard = map_of({{Level::loud, 2300}, {Level::nothing, 500}, {Level::loud, 4000}});
  const Interrupted i = grade_interruption(heard, at(2000));
  EXPECT_FALSE(i.stopped);
  EXPECT_FALSE(i.silent);
}

TEST(Grader, an_agent_that_stops_late_has_not_stopped) {
  const SoundMap heard = map_of({{Level::loud, 3800}, {Level::nothing, 1000}});
  const Interrupted i = grade_interruption(heard, at(2000));
  EXPECT_FALSE(i.stopped);
  EXPECT_EQ(i.silent, at(1800));
}

TEST(Grader, between_two_words_the_silence_counts_from_the_interruption) {
  const SoundMap stays = map_of({{Level::loud, 1900}, {Level::quiet, 1000}, {Level::loud, 500}});
  EXPECT_EQ(grade_interruption(stays, at(2000)).silent, 0);
  const SoundMap goes_on = map_of({{Level::loud, 1900}, {Level::quiet, 650}, {Level::loud, 3000}});
  EXPECT_FALSE(grade_interruption(goes_on, at(2000)).stopped) << "of 650 ms only 550 were behind it";
}

TEST(Grader, nobody_can_interrupt_an_agent_that_is_silent) {
  const SoundMap heard = map_of({{Level::loud, 1000}, {Level::nothing, 3000}});
  EXPECT_FALSE(grade_interruption(heard, at(2000)).spoke);
  EXPECT_FALSE(grade_noise(heard, at(2000), at(2300)).spoke);
}

TEST(Grader, an_agent_that_goes_on_through_a_noise_is_undisturbed) {
  const SoundMap heard =
      map_of({{Level::loud, 2100}, {Level::quiet, 300}, {Level::loud, 4000}});  // the pause of its sentence
  const Disturbed d = grade_noise(heard, at(2000), at(2300));
  EXPECT_TRUE(d.spoke);
  EXPECT_FALSE(d.stopped);
  EXPECT_FALSE(d.hitch);
}

TEST(Grader, a_break_of_nothing_behind_a_noise_is_a_hitch_and_the_longest_counts) {
  const SoundMap heard = map_of({{Level::loud, 2100},
                                 {Level::nothing, 80},
                                 {Level::loud, 100},
                                 {Level::quiet, 10},
                                 {Level::nothing, 340},
                                 {Level::loud, 4000}});
  const Disturbed d = grade_noise(heard, at(2000), at(2300));
  EXPECT_FALSE(d.stopped);
  EXPECT_EQ(d.hitch, at(350));
}

TEST(Grader, a_break_before_a_noise_or_long_after_it_is_no_hitch_of_it) {
  const SoundMap before = map_of({{Level::loud, 1800}, {Level::nothing, 300}, {Level::loud, 4000}});
  EXPECT_TRUE(grade_noise(before, at(2000), at(2300)).spoke);
  EXPECT_FALSE(grade_noise(before, at(2000), at(2300)).hitch);
  const SoundMap after = map_of({{Level::loud, 3400}, {Level::nothing, 300}, {Level::loud, 4000}});
  EXPECT_FALSE(grade_noise(after, at(2000), at(2300)).hitch);
}

TEST(Grader, a_reply_that_a_noise_ended_or_stopped_for_long_was_stopped) {
  const SoundMap ended = map_of({{Level::loud, 2200}, {Level::nothing, 2000}});
  EXPECT_TRUE(grade_noise(ended, at(2000), at(2300)).stopped);
  const SoundMap late = map_of({{Level::loud, 2200}, {Level::nothing, 700}, {Level::loud, 2000}});
  EXPECT_TRUE(grade_noise(late, at(2000), at(2300)).stopped);
  const SoundMap own_pause = map_of({{Level::loud, 1700}, {Level::quiet, 650}, {Level::loud, 4000}});
  EXPECT_FALSE(grade_noise(own_pause, at(2000), at(2300)).stopped) << "it had begun before";
  const SoundMap own_end = map_of({{Level::loud, 5000}, {Level::nothing, 2000}});
  EXPECT_FALSE(grade_noise(own_end, at(2000), at(2300)).stopped);
}

TEST(Grader, an_agent_that_hears_itself_pauses_breaks_off_or_answers_itself) {
  const SoundMap whole = map_of({{Level::nothing, 1000}, {Level::loud, 5000}, {Level::nothing, 3000}});
  const SelfInterrupted none = grade_reply(whole, {}, at(500), at(9000));
  EXPECT_TRUE(none.replied);
  EXPECT_EQ(none.pauses + none.broken + none.again, 0);

  const SoundMap troubled = map_of({{Level::nothing, 1000},
                                    {Level::loud, 1000},
                                    {Level::nothing, 200},
                                    {Level::loud, 1000},
                                    {Level::quiet, 300},
                                    {Level::loud, 1000},
                                    {Level::nothing, 800},
                                    {Level::loud, 1000},
                                    {Level::nothing, 2000}});
  const SelfInterrupted t = grade_reply(troubled, {at(400), at(4500), at(20000)}, at(500), at(8300));
  EXPECT_EQ(t.pauses, 1);
  EXPECT_EQ(t.again, 1);
  EXPECT_EQ(t.broken, 1);
  EXPECT_FALSE(grade_reply(troubled, {}, 0, at(900)).replied);
}

}  // namespace
}  // namespace offhook::turns

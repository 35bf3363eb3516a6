#include "turns/outcome.hpp"

#include <gtest/gtest.h>

#include "turns/sound_testing.hpp"

namespace offhook::turns {
namespace {

Samples at(std::int64_t ms) {
  return samples_of_ms(ms);
}

CaseTimes said(std::int64_t from, std::int64_t to, std::int64_t over) {
  CaseTimes t;
  t.said_from = at(from);
  t.said_to = at(to);
  t.over = at(over);
  return t;
}

TEST(Outcome, a_case_that_never_began_was_not_run) {
  EXPECT_FALSE(outcome_of(Kind::complete, {}, SoundMap{}, {}).run);
}

TEST(Outcome, one_word_has_4_s_and_a_sentence_12) {
  const SoundMap heard = map_of({{Level::nothing, 6000}, {Level::loud, 1000}});
  EXPECT_FALSE(outcome_of(Kind::one_word, said(500, 1000, 7000), heard, {}).answer.delay);
  EXPECT_EQ(outcome_of(Kind::complete, said(500, 1000, 7000), heard, {}).answer.delay, at(5000));
}

TEST(Outcome, a_noise_over_the_agent_is_graded_by_its_kind) {
  CaseTimes t = said(0, 500, 6000);
  t.over_from = at(2000);
  t.over_to = at(2300);
  const SoundMap heard = map_of({{Level::nothing, 800}, {Level::loud, 1400}, {Level::nothing, 3800}});
  const Outcome stop = outcome_of(Kind::interrupt, t, heard, {});
  EXPECT_TRUE(stop.interrupted.stopped);
  EXPECT_EQ(stop.interrupted.silent, at(200));
  const Outcome cough = outcome_of(Kind::cough, t, heard, {});
  EXPECT_TRUE(cough.disturbed.stopped);
  EXPECT_FALSE(cough.interrupted.spoke);
}

TEST(Outcome, only_a_pause_can_be_cut_into) {
  CaseTimes t = said(0, 3000, 6000);
  t.pause = at(1000);
  const SoundMap heard = map_of({{Level::nothing, 1500}, {Level::loud, 2000}, {Level::nothing, 2500}});
  EXPECT_TRUE(outcome_of(Kind::pause, t, heard, {}).cut_in);
  EXPECT_FALSE(outcome_of(Kind::complete, t, heard, {}).cut_in);
}

}  // namespace
}  // namespace offhook::turns

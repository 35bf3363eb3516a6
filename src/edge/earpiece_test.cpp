#include "edge/earpiece.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audio/g711.hpp"

namespace offhook::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint8_t> sound(std::size_t samples, std::int16_t level = 4000) {
  std::vector<std::uint8_t> out(samples);
  for (std::size_t i = 0; i < samples; ++i)
    out[i] = audio::mulaw_encode(static_cast<std::int16_t>(i % 2 == 0 ? level : -level));
  return out;
}
const auto loud = sound(160);
const auto faint = sound(160, 120);

Time at(Duration d) {
  return Time{} + d;
}

struct Ear {
  Earpiece ear;
  std::array<std::int16_t, Earpiece::kFrame> frame{};
  Earpiece::Marks play() { return ear.play(frame); }
};

TEST(Earpiece, audible_sound_ends_with_its_last_audible_20_ms) {
  Earpiece ear;
  EXPECT_FALSE(ear.hear(faint, at(0ms)).audible);
  EXPECT_FALSE(ear.audible_until());
  EXPECT_TRUE(ear.hear(loud, at(20ms)).audible);
  EXPECT_FALSE(ear.hear(faint, at(40ms)).audible);
  EXPECT_EQ(ear.audible_until(), at(40ms));
  EXPECT_TRUE(ear.sounding(at(39ms)));
  EXPECT_FALSE(ear.sounding(at(40ms)));
}

TEST(Earpiece, sound_sent_ahead_is_heard_behind_what_waits) {
  Earpiece ear;
  for (int i = 0; i < 5; ++i) ear.hear(loud, at(0ms));
  EXPECT_EQ(ear.audible_until(), at(100ms));
  auto burst = sound(800);
  std::fill(burst.begin() + 400, burst.end(), audio::kMulawSilence);  // audible: 50 ms of 100, judged in steps of 20
  ear.hear(burst, at(10ms));
  EXPECT_EQ(ear.audible_until(), at(160ms));
}

TEST(Earpiece, a_late_frame_inside_a_sound_is_an_underrun) {
  Earpiece ear;
  ear.hear(loud, at(0ms));
  ear.hear(loud, at(25ms));  // 5 ms late: not heard
  EXPECT_EQ(ear.underruns(), 0u);
  ear.hear(loud, at(51ms));  // 6 ms
  EXPECT_EQ(ear.underruns(), 1u);
  ear.hear(loud, at(52ms));
  ear.hear(loud, at(53ms));
  ear.hear(loud, at(111ms));  // on time: it was sent ahead
  EXPECT_EQ(ear.underruns(), 1u);
}

TEST(Earpiece, silence_of_600_ms_is_the_end_of_a_sound) {
  Earpiece ear;
  EXPECT_TRUE(ear.hear(loud, at(0ms)).fresh);
  EXPECT_FALSE(ear.hear(loud, at(20ms)).fresh);
  EXPECT_FALSE(ear.hear(loud, at(619ms)).fresh);
  EXPECT_EQ(ear.underruns(), 1u);
  EXPECT_TRUE(ear.hear(loud, at(619ms + 20ms + 600ms)).fresh);
  EXPECT_EQ(ear.underruns(), 1u);
}

TEST(Earpiece, silence_that_was_sent_is_no_underrun) {
  Earpiece ear;
  ear.hear(loud, at(0ms));
  for (int i = 1; i < 20; ++i) ear.hear(faint, at(i * 20ms));
  ear.hear(loud, at(400ms));
  EXPECT_EQ(ear.underruns(), 0u);
}

TEST(Earpiece, a_hold_is_no_underrun_whichever_is_told_first) {
  Earpiece ear;
  ear.hear(loud, at(0ms));
  ear.hold();
  ear.hear(loud, at(20ms));  // was on its way
  ear.unhold();
  ear.hear(loud, at(300ms));
  EXPECT_EQ(ear.underruns(), 0u);

  ear.hear(loud, at(320ms));
  ear.hold();
  ear.hear(loud, at(600ms));  // resumed, not yet told
  ear.unhold();
  ear.hear(loud, at(620ms));
  EXPECT_EQ(ear.underruns(), 0u);

  ear.hear(loud, at(700ms));  // the excuse is used up
  EXPECT_EQ(ear.underruns(), 1u);
}

TEST(Earpiece, clear_drops_what_waits_and_returns_its_marks_at_once) {
  Ear e;
  for (int i = 0; i < 3; ++i) e.ear.hear(loud, at(0ms));
  EXPECT_THAT(e.ear.mark("a"), IsEmpty());
  EXPECT_THAT(e.ear.mark("b"), IsEmpty());
  e.play();
  EXPECT_THAT(e.ear.clear(at(30ms)), ElementsAre("a", "b"));
  EXPECT_EQ(e.ear.cuts(), 1u);
  EXPECT_EQ(e.ear.audible_until(), at(30ms));
  e.play();
  EXPECT_THAT(e.frame, testing::Each(0));
  EXPECT_TRUE(e.ear.hear(loud, at(100ms)).fresh);
  EXPECT_EQ(e.ear.underruns(), 0u);
  EXPECT_EQ(e.ear.audible_until(), at(120ms));
}

TEST(Earpiece, a_clear_behind_the_sound_does_not_lengthen_it) {
  Earpiece ear;
  ear.hear(loud, at(0ms));
  ear.clear(at(300ms));
  EXPECT_EQ(ear.audible_until(), at(20ms));
}

TEST(Earpiece, a_clear_with_nothing_left_to_drop_is_no_cut) {
  Ear e;
  e.ear.hear(loud, at(0ms));
  e.play();
  EXPECT_EQ(e.ear.given(), Earpiece::kFrame);
  e.ear.clear(at(20ms));
  EXPECT_EQ(e.ear.cuts(), 0u);
  e.play();
  EXPECT_EQ(e.ear.given(), 0u);
}

TEST(Earpiece, a_mark_comes_back_when_the_sound_before_it_has_been_played) {
  Ear e;
  EXPECT_THAT(e.ear.mark("nothing before"), ElementsAre("nothing before"));
  e.ear.hear(loud, at(0ms));
  EXPECT_THAT(e.ear.mark("first"), IsEmpty());
  e.ear.hear(loud, at(0ms));
  EXPECT_THAT(e.ear.mark("second"), IsEmpty());
  EXPECT_THAT(e.play(), IsEmpty());  // begins to play
  EXPECT_GT(e.frame[0], 3000);
  EXPECT_THAT(e.play(), ElementsAre("first"));
  EXPECT_THAT(e.ear.mark("third"), IsEmpty());  // the second frame is still being heard
  EXPECT_THAT(e.play(), ElementsAre("second", "third"));
}

TEST(Earpiece, what_a_flood_leaves_behind_is_bounded) {
  Earpiece ear;
  const auto second = sound(8000);
  for (int i = 0; i < 301; ++i) ear.hear(second, at(0ms));
  EXPECT_EQ(ear.dropped(), 8000u);
  for (std::size_t i = 0; i < Earpiece::kMostMarks; ++i) EXPECT_THAT(ear.mark("m"), IsEmpty());
  EXPECT_EQ(ear.mark("m").size(), Earpiece::kMostMarks + 1);  // all behind the same sound
}

}  // namespace
}  // namespace offhook::edge

#include "turns/level.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "audio/level.hpp"
#include "turns/filters.hpp"
#include "turns/sound_testing.hpp"

namespace offhook::turns {
namespace {

Sound tone(double hz, double amplitude = 8000) {
  Sound out;
  for (int i = 0; i < kRate; ++i) out.push_back(clipped(amplitude * std::sin(2 * std::numbers::pi * hz * i / kRate)));
  return out;
}

TEST(Level, of_speech_is_that_of_its_loud_parts) {
  const Sound with_pauses = sound_of({{Level::loud, 400}, {Level::nothing, 3000}, {Level::loud, 400}});
  EXPECT_NEAR(speech_level(with_pauses), audio::dbfs(sound_of({{Level::loud, 400}})), 0.1);
  EXPECT_NEAR(speech_level(levelled(with_pauses, -22)), -22, 0.1);
}

TEST(Level, silence_is_not_made_louder) {
  const Sound silence(800, 0);
  EXPECT_EQ(levelled(silence, -22), silence);
}

TEST(Level, a_hiss_has_its_level_and_is_the_same_for_its_seed) {
  Hiss a(-60, 7), b(-60, 7), c(-60, 8);
  Sound one, two, three;
  for (int i = 0; i < 8000; ++i) {
    one.push_back(a.next());
    two.push_back(b.next());
    three.push_back(c.next());
  }
  EXPECT_NEAR(audio::dbfs(one), -60, 0.5);
  EXPECT_EQ(one, two);
  EXPECT_NE(one, three);
}

TEST(Filters, a_telephone_carries_300_to_3400_hertz) {
  const auto loss = [](double hz) { return audio::dbfs(tone(hz)) - audio::dbfs(telephone_band(tone(hz))); };
  EXPECT_LT(loss(1000), 0.5);
  EXPECT_LT(loss(2500), 1.5);
  EXPECT_GT(loss(60), 20);
  EXPECT_GT(loss(3900), 12);
}

TEST(Filters, a_low_pass_takes_the_high) {
  EXPECT_LT(audio::dbfs(low_passed(tone(3000), 800)), audio::dbfs(tone(3000)) - 18);
  EXPECT_NEAR(audio::dbfs(low_passed(tone(200), 800)), audio::dbfs(tone(200)), 0.5);
}

TEST(Filters, what_went_through_a_line_once_goes_through_unchanged) {
  const Sound once = through_mulaw(tone(700));
  EXPECT_EQ(through_mulaw(once), once);
  EXPECT_NE(once, tone(700));
}

}  // namespace
}  // namespace offhook::turns

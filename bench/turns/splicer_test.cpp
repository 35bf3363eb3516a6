#include "turns/splicer.hpp"

#include <gtest/gtest.h>

#include "audio/level.hpp"
#include "turns/sound_testing.hpp"

namespace offhook::turns {
namespace {

Utterance utterance(std::initializer_list<Part> parts) {
  auto out = trimmed(sound_of(parts));
  EXPECT_TRUE(out.ok());
  return out ? *out : Utterance{};
}

TEST(Splicer, silence_around_an_utterance_is_cut_to_a_soft_edge) {
  const Utterance u = utterance({{Level::nothing, 500}, {Level::loud, 300}, {Level::quiet, 700}});
  EXPECT_EQ(u.first, samples_of_ms(30));
  EXPECT_EQ(u.last, samples_of_ms(330));
  EXPECT_EQ(u.sound.size(), static_cast<std::size_t>(samples_of_ms(360)));
  EXPECT_FALSE(trimmed(Sound(8000, 0)).ok());
  EXPECT_FALSE(trimmed({}).ok());
}

TEST(Splicer, a_pause_is_as_long_as_it_says_from_what_is_heard_to_what_is_heard) {
  const Utterance a = utterance({{Level::nothing, 200}, {Level::loud, 300}, {Level::nothing, 200}});
  for (const std::int64_t ms : {20, 400, 1200}) {  // 20 ms: shorter than the two edges
    const Spliced s = spliced(a, samples_of_ms(ms), a);
    EXPECT_EQ(s.pause_end - s.pause_begin, samples_of_ms(ms));
    SoundMap map;
    Sound whole = s.whole.sound;
    whole.resize(whole.size() / 40 * 40);
    map.append(whole);
    EXPECT_EQ(map.last_audible(0, s.pause_begin), s.pause_begin);
    EXPECT_EQ(map.first_audible(s.pause_begin), s.pause_end);
    EXPECT_EQ(map.last_audible(0, map.end()), s.whole.last);
  }
}

TEST(Splicer, speech_is_cut_where_it_is_quiet_and_only_there) {
  const Utterance two_words = utterance({{Level::loud, 500}, {Level::quiet, 80}, {Level::loud, 600}});
  const auto at = gap(two_words);
  ASSERT_TRUE(at);
  EXPECT_GT(*at, two_words.first + samples_of_ms(500));
  EXPECT_LT(*at, two_words.first + samples_of_ms(580));
  const auto [before, after] = cut(two_words, *at);
  EXPECT_EQ(before.size() + after.size(), two_words.sound.size());
  EXPECT_FALSE(gap(utterance({{Level::loud, 1000}}))) << "within a word";
  EXPECT_FALSE(gap(utterance({{Level::loud, 100}, {Level::quiet, 80}, {Level::loud, 1000}}))) << "too early";
}

TEST(Splicer, no_part_of_a_line_is_digital_silence) {
  const Sound line = on_the_line(Sound(8000, 0), -60, 3);
  EXPECT_NEAR(audio::dbfs(line), -60, 2);
  EXPECT_EQ(line, on_the_line(Sound(8000, 0), -60, 3));
}

}  // namespace
}  // namespace offhook::turns

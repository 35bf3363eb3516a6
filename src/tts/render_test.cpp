#include "tts/render.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "audio/level.hpp"

namespace offhook::tts {
namespace {

constexpr int kRate = 8000;

// 440 Hz where `on` says so, the hiss of a model elsewhere; times in seconds.
std::vector<std::int16_t> sound(std::initializer_list<std::pair<double, bool>> parts) {
  std::vector<std::int16_t> out;
  for (const auto& [length, on] : parts)
    for (int i = 0; i < static_cast<int>(length * kRate); ++i)
      out.push_back(static_cast<std::int16_t>(on ? 8000 * std::sin(0.3 + 2 * std::numbers::pi * 440 * i / kRate)
                                                 : (i % 2 ? 20 : -20)));
  return out;
}

double ms(std::size_t samples) {
  return 1000.0 * static_cast<double>(samples) / kRate;
}

TEST(Render, silence_around_a_clause_shrinks_to_its_edges) {
  const auto out = trimmed(sound({{0.09, false}, {0.5, true}, {0.3, false}}), kRate);
  EXPECT_NEAR(ms(out.size()), 10 + 500 + 60, 7);
  EXPECT_NEAR(ms(audio::first_audible(out, kRate)), 10, 7);
  EXPECT_NEAR(ms(out.size() - audio::last_audible(out, kRate)), 60, 7);
}

TEST(Render, a_sentence_end_gets_its_pause_even_if_the_voice_brought_less) {
  const auto out = trimmed(sound({{0.5, true}, {0.05, false}}), kRate, {.before = 10ms, .after = 200ms});
  EXPECT_NEAR(ms(out.size()), 500 + 200, 7);
  EXPECT_NEAR(ms(out.size() - audio::last_audible(out, kRate)), 200, 7);
}

TEST(Render, nothing_audible_becomes_nothing) {
  EXPECT_TRUE(trimmed({}, kRate).empty());
  EXPECT_TRUE(trimmed(sound({{1, false}}), kRate).empty());
}

TEST(Render, in_pieces_it_is_the_same_and_a_pause_inside_stays) {
  const auto whole = sound({{0.13, false}, {0.2, true}, {0.4, false}, {0.2, true}, {0.5, false}});
  const auto expected = trimmed(whole, kRate);
  EXPECT_NEAR(ms(expected.size()), 10 + 200 + 400 + 200 + 60, 10);
  for (const std::size_t piece : {80u, 160u, 400u, 800u}) {  // whole steps of what is judged as audible
    Trimmer trimmer(kRate, {});
    std::vector<std::int16_t> out;
    for (std::size_t at = 0; at < whole.size(); at += piece)
      trimmer.feed(std::span(whole).subspan(at, std::min(piece, whole.size() - at)), out);
    trimmer.finish(out);
    EXPECT_EQ(out, expected) << piece;
    EXPECT_NEAR(static_cast<double>(trimmer.skipped()), 0.12 * kRate, 0.006 * kRate);
  }
}

TEST(Render, what_is_audible_is_passed_on_at_once) {
  Trimmer trimmer(kRate, {.before = 10ms, .after = 60ms});
  std::vector<std::int16_t> out;
  trimmer.feed(sound({{0.1, false}}), out);
  EXPECT_TRUE(out.empty());
  trimmer.feed(sound({{0.1, true}}), out);
  EXPECT_NEAR(ms(out.size()), 110, 6);
  trimmer.feed(sound({{0.3, false}}), out);  // it may be the end: only what is sent in any case
  EXPECT_NEAR(ms(out.size()), 170, 6);
  trimmer.feed(sound({{0.1, true}}), out);
  EXPECT_NEAR(ms(out.size()), 10 + 100 + 300 + 100, 6);
}

}  // namespace
}  // namespace offhook::tts

#include "tts/render.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "audio/level.hpp"

namespace offhook::tts {
namespace {

constexpr int kVoice = 22050;

// 440 Hz, surrounded by silence with the hiss of a model in it.
std::vector<std::int16_t> clause(double before, double sound, double after) {
  std::vector<std::int16_t> out(static_cast<std::size_t>((before + sound + after) * kVoice));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / kVoice;
    const bool on = t >= before && t < before + sound;
    out[i] = static_cast<std::int16_t>(on ? 8000 * std::sin(2 * std::numbers::pi * 440 * t) : (i % 2 ? 20 : -20));
  }
  return out;
}

double ms(std::size_t samples, int rate) {
  return 1000.0 * static_cast<double>(samples) / rate;
}

TEST(Render, silence_around_a_clause_shrinks_to_its_edges) {
  for (const int wire : {8000, 16000, 24000, 22050}) {
    const std::vector<std::int16_t> out = to_wire(clause(0.09, 0.5, 0.3), kVoice, wire);
    EXPECT_NEAR(ms(out.size(), wire), 10 + 500 + 60, 7) << wire;
    EXPECT_NEAR(ms(audio::first_audible(out, wire), wire), 10, 7) << wire;
    EXPECT_NEAR(ms(out.size() - audio::last_audible(out, wire), wire), 60, 7) << wire;
  }
}

TEST(Render, a_sentence_end_gets_its_pause_even_if_the_voice_brought_less) {
  const std::vector<std::int16_t> out = to_wire(clause(0.0, 0.5, 0.05), kVoice, 8000, {.before = 10ms, .after = 200ms});
  EXPECT_NEAR(ms(out.size(), 8000), 500 + 200, 7);
  EXPECT_NEAR(ms(out.size() - audio::last_audible(out, 8000), 8000), 200, 7);
}

TEST(Render, loudness_survives_the_change_of_rate) {
  const std::vector<std::int16_t> out = to_wire(clause(0.0, 0.5, 0.0), kVoice, 8000, {.before = 0ms, .after = 0ms});
  EXPECT_NEAR(audio::rms(out), 8000 / std::numbers::sqrt2, 100);
}

TEST(Render, nothing_audible_becomes_nothing) {
  EXPECT_TRUE(to_wire({}, kVoice, 8000).empty());
  EXPECT_TRUE(to_wire(clause(0.5, 0, 0.5), kVoice, 8000).empty());
}

}  // namespace
}  // namespace offhook::tts

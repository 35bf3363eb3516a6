#include "eval/performer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "audio/g711.hpp"

namespace offhook::eval {
namespace {

using Took = edge::LiveVoice::Took;
constexpr std::size_t kFrame = edge::Earpiece::kFrame;

edge::Utterance tone(std::size_t samples) {
  edge::Utterance out;
  for (std::size_t i = 0; i < samples; ++i)
    out.push_back(audio::mulaw_encode(static_cast<std::int16_t>(i % 2 ? 4000 : -4000)));
  return out;
}

// A line of 20 ms beats: what is heard in each is given, what is said kept.
struct Beats {
  Performer& performer;
  Time now = Time{} + 7s;  // of a clock that did not begin with the call
  std::vector<std::int16_t> said;
  std::string keys;
  bool hung_up = false;

  void run(Duration d, bool loud) {
    for (const Time until = now + d; now < until && !hung_up; now += 20ms) {
      std::array<std::int16_t, kFrame> frame;
      for (std::size_t i = 0; i < kFrame; ++i) frame[i] = static_cast<std::int16_t>(loud ? (i % 2 ? 3000 : -3000) : 0);
      performer.hear(frame, false, now);
      frame.fill(0);
      hung_up = performer.take(frame) == Took::hung_up;
      if (hung_up) return;
      said.insert(said.end(), frame.begin(), frame.end());
      if (const char key = performer.key()) keys += key;
    }
  }
};

TEST(Performer, says_its_recording_whole_and_hears_the_answer) {
  const auto scenario = parse_scenario("caller: [ a, { dtmf: '1#' }, { hang_up: true } ]", "s.yaml");
  Performer performer(*scenario, {tone(1000), {}, {}}, false);
  Beats beats{performer, Time{} + 7s, {}, {}, false};
  beats.run(1s, false);
  EXPECT_EQ(std::ranges::count_if(beats.said, [](std::int16_t s) { return std::abs(s) > 1000; }), 1000);
  const Played& said = performer.played()[0];
  EXPECT_EQ(said.from, 600ms) << "of the call";
  EXPECT_EQ(said.to - said.from, 140ms) << "whole frames";
  EXPECT_GT(std::abs(beats.said[static_cast<std::size_t>(said.to / 125us) - 1]), 1000) << "its end is the frame's";
  beats.run(500ms, true);
  EXPECT_EQ(said.answered, 1s - said.to);
  beats.run(3s, false);
  EXPECT_EQ(beats.keys, "1#");
  beats.run(500ms, true);
  beats.run(3s, false);
  EXPECT_TRUE(beats.hung_up);
  EXPECT_TRUE(performer.played()[2].done);
}

}  // namespace
}  // namespace offhook::eval

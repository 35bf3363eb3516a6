#include "audio/echo_guard.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "audio/echo_testing.hpp"

namespace offhook::audio {
namespace {

using namespace echo_testing;

const std::string kFolder = OFFHOOK_SOURCE_DIR "/tests/data";
constexpr std::int64_t kSettled = 24000;  // samples: 3 s of call, some of which are pauses

// The agent speaks twice as long as its recordings; the caller, where there is one, in the second half.
struct Talk {
  Talk() {
    sent = agent(kFolder);
    half = sent.size();
    const Sound again = sent;
    sent.insert(sent.end(), again.begin(), again.end());
    const Sound says = echo_testing::caller(kFolder);
    from = half + 4000;
    until = from + says.size();
    caller.resize(sent.size());
    std::copy(says.begin(), says.end(), caller.begin() + static_cast<std::ptrdiff_t>(from));
  }
  Sound sent, caller;
  std::size_t half, from, until;
};
const Talk& talk() {
  static const Talk once;
  return once;
}

double level(const Sound& sound, std::int64_t from, std::int64_t to) {
  return db(std::span(sound).subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
}

class EchoGuardOf : public testing::TestWithParam<std::tuple<int, int>> {
 protected:
  Path path() const { return {std::get<1>(GetParam()) * 8, static_cast<double>(std::get<0>(GetParam())), -60, false}; }
};
INSTANTIATE_TEST_SUITE_P(LevelsAndDelays, EchoGuardOf,
                         testing::Combine(testing::Values(-6, -12, -24), testing::Values(100, 250, 500)));

TEST_P(EchoGuardOf, the_delay_is_found_within_a_second_and_a_half_of_speech) {
  EchoGuard guard;
  std::int64_t found = 0;
  run(guard, talk().sent, line(echo_of(talk().sent, path()), {}, path()), [&](std::int64_t at) {
    if (found == 0 && guard.found()) found = at;
    if (found > 0) {
      ASSERT_NEAR(guard.delay(), path().delay, 128) << at;
    }
  });
  ASSERT_GT(found, 0);
  EXPECT_LE(found, path().delay + 12000);
}

TEST_P(EchoGuardOf, an_echo_alone_is_taken_out_and_known_for_one) {
  EchoGuard guard;
  const Sound echo = echo_of(talk().sent, path()), heard = line(echo, {}, path());
  int windows = 0, known = 0;
  const Sound out = run(guard, talk().sent, heard, [&](std::int64_t at) {
    const std::int64_t end = at - 320, from = end - 256;  // what is held back has been appended by then
    if (end < kSettled || level(echo, from, end) < -50) return;
    ++windows;
    known += guard.likelihood(from, end) >= 200;
  });
  ASSERT_GT(windows, 200);
  EXPECT_GE(known, windows * 95 / 100);
  EXPECT_GE(level(heard, kSettled, static_cast<std::int64_t>(out.size())) -
                level(out, kSettled, static_cast<std::int64_t>(out.size())),
            15);
}

TEST_P(EchoGuardOf, a_caller_over_the_agent_is_heard) {
  EchoGuard guard;
  const auto& t = talk();
  const Sound echo = echo_of(t.sent, path());
  int windows = 0, taken = 0;
  const Sound out = run(guard, t.sent, line(echo, t.caller, path()), [&](std::int64_t at) {
    const std::int64_t end = at - 320, from = end - 256;
    if (end < kSettled || level(t.caller, from, end) < std::max(-32.0, level(echo, from, end) + 6)) return;
    ++windows;
    taken += guard.likelihood(from, end) >= 200;  // as an echo alone is known
  });
  ASSERT_GT(windows, 30);
  EXPECT_LE(taken, windows / 10) << "of " << windows << " windows in which the caller is 6 dB louder than the echo";
  // What of the sound is the caller, by projection, and what is not.
  double cross = 0, said = 0, all = 0;
  for (std::size_t i = t.from; i < t.until; ++i) {
    cross += out[i] * t.caller[i];
    said += t.caller[i] * t.caller[i];
    all += out[i] * out[i];
  }
  const double kept = cross * cross / said;
  EXPECT_GT(10 * std::log10(kept / said), -4.0) << "dB of the caller";
  EXPECT_GT(10 * std::log10(kept / (all - kept)), 3.0) << "dB of the caller by all that is not";
}

TEST(EchoGuard, a_caller_alone_passes_as_it_is) {
  EchoGuard guard;
  const Path path;
  const auto& t = talk();
  // The agent first, then the caller when the agent has been silent for a second.
  const Sound echo = echo_of(Sound(t.sent.begin(), t.sent.begin() + static_cast<std::ptrdiff_t>(t.half)), path);
  Sound caller(t.half + 8000);
  caller.insert(caller.end(), t.caller.begin() + static_cast<std::ptrdiff_t>(t.from),
                t.caller.begin() + static_cast<std::ptrdiff_t>(t.until));
  const Sound heard = line(echo, caller, path);
  Sound sent(t.sent.begin(), t.sent.begin() + static_cast<std::ptrdiff_t>(t.half));
  int windows = 0;
  const Sound out = run(guard, sent, heard, [&](std::int64_t at) {
    if (at < static_cast<std::int64_t>(t.half) + 8000) return;
    ++windows;
    EXPECT_EQ(guard.likelihood(at - 256, at), 0);
  });
  EXPECT_TRUE(guard.found());
  EXPECT_FALSE(guard.guarding());
  ASSERT_GT(windows, 50);
  ASSERT_EQ(out.size(), heard.size() / 160 * 160);
  for (std::size_t i = t.half + 8000; i < out.size(); ++i) ASSERT_EQ(out[i], heard[i]) << i;
}

// In the gaps of the agent's speech, where the guard listens on, and before its echo has come.
TEST(EchoGuard, a_caller_in_the_agents_pauses_is_hardly_changed) {
  EchoGuard guard;
  const Path path{4000, -12, -60, false};
  const auto& t = talk();
  Sound sent(t.sent.begin(), t.sent.begin() + static_cast<std::ptrdiff_t>(t.half));
  sent.resize(t.half + 24000);
  const Sound short_word(t.sent.begin(), t.sent.begin() + 2400);
  std::copy(short_word.begin(), short_word.end(), sent.begin() + static_cast<std::ptrdiff_t>(t.half) + 8000);
  Sound caller(sent.size());
  // The caller speaks while the agent's word is on its way, and its echo has not come.
  const std::size_t from = t.half + 8000, until = from + 3200;
  std::copy_n(t.caller.begin() + static_cast<std::ptrdiff_t>(t.from), until - from,
              caller.begin() + static_cast<std::ptrdiff_t>(from));
  const Sound heard = line(echo_of(sent, path), caller, path);
  int most = 0;
  const Sound out = run(guard, sent, heard, [&](std::int64_t at) {
    const auto end = at - 320;
    if (end - 256 >= static_cast<std::int64_t>(from) && end <= static_cast<std::int64_t>(until))
      most = std::max(most, guard.likelihood(end - 256, end));
  });
  EXPECT_LE(most, 60);
  EXPECT_NEAR(level(out, static_cast<std::int64_t>(from), static_cast<std::int64_t>(until)),
              level(heard, static_cast<std::int64_t>(from), static_cast<std::int64_t>(until)), 0.5);
}

TEST(EchoGuard, without_an_echo_nothing_changes) {
  const auto& t = talk();
  const Path path;
  Sound both(t.sent.size());
  for (std::size_t i = 0; i < both.size(); ++i) both[i] = t.caller[(i + t.half + 7000) % t.caller.size()];
  for (const Sound& caller : {Sound(), t.caller, both}) {
    EchoGuard guard;
    const Sound heard = line(Sound(t.sent.size()), caller, path);
    const Sound out = run(guard, t.sent, heard, [&](std::int64_t at) {
      ASSERT_FALSE(guard.found()) << at;
      ASSERT_EQ(guard.likelihood(at - 256, at), 0);
    });
    ASSERT_EQ(out.size(), heard.size() / 160 * 160);
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], heard[i]) << i;
  }
}

TEST(EchoGuard, every_sample_comes_once_and_in_order) {
  EchoGuard guard;
  const Path path;
  const auto& t = talk();
  // Not faithful to a call, but to the position: while the agent speaks, the line repeats a ramp that says where it is.
  Sound out;
  const auto bytes = mulaw(t.sent);
  const Sound heard = line(echo_of(t.sent, path), {}, path);
  std::size_t at = 0;
  for (const std::size_t n : {1u, 63u, 64u, 65u, 160u, 320u, 7u, 1000u})
    for (int i = 0; i < 40 && at + n <= bytes.size(); ++i, at += n) {
      guard.send(static_cast<std::int64_t>(at), std::span(bytes).subspan(at, n));
      guard.process(std::span(heard).subspan(at, n), static_cast<std::int64_t>(at), out);
      ASSERT_LE(out.size(), at + n);
      ASSERT_GE(out.size() + 128, at + n);
    }
  const Sound silence(16000);
  guard.process(silence, static_cast<std::int64_t>(at), out);
  EXPECT_EQ(out.size(), at + silence.size()) << "nothing is held back once the agent is silent";
}

TEST(EchoGuard, a_delay_that_changes_is_followed) {
  EchoGuard guard;
  const auto& t = talk();
  Path path{1600, -12, -60, false};
  const Sound before = echo_of(t.sent, path);
  path.delay = 2880;
  const Sound after = echo_of(t.sent, path);
  Sound echo(before);
  std::copy(after.begin() + static_cast<std::ptrdiff_t>(t.half), after.end(),
            echo.begin() + static_cast<std::ptrdiff_t>(t.half));
  const Sound heard = line(echo, {}, path);
  const Sound out = run(guard, t.sent, heard);
  EXPECT_NEAR(guard.delay(), 2880, 128);
  const auto from = static_cast<std::int64_t>(t.half) + 24000, to = static_cast<std::int64_t>(out.size());
  EXPECT_GE(level(heard, from, to) - level(out, from, to), 15);
}

TEST(EchoGuard, an_echo_that_becomes_louder_is_followed) {
  EchoGuard guard;
  const auto& t = talk();
  const Path path{1600, -24, -60, false};
  Sound echo = echo_of(t.sent, path);
  for (std::size_t i = t.half; i < echo.size(); ++i) echo[i] *= 4;  // the loudspeaker is on
  const Sound heard = line(echo, {}, path);
  const Sound out = run(guard, t.sent, heard);
  const auto from = static_cast<std::int64_t>(t.half) + 24000, to = static_cast<std::int64_t>(out.size());
  EXPECT_GE(level(heard, from, to) - level(out, from, to), 15);
}

TEST(EchoGuard, clocks_that_are_set_anew_move_the_delay_along) {
  EchoGuard guard;
  const Path path;
  const Sound sent(talk().sent.begin(), talk().sent.end() - 4000);  // to the agent's last word
  run(guard, sent, line(echo_of(sent, path), {}, path));
  const int before = guard.delay();
  EXPECT_FALSE(guard.shift(640)) << "an echo is under way";
  Sound out;
  guard.process(Sound(16000), static_cast<std::int64_t>(sent.size()) / 160 * 160, out);
  EXPECT_TRUE(guard.shift(640));
  EXPECT_EQ(guard.delay(), before + 640);
}

}  // namespace
}  // namespace offhook::audio

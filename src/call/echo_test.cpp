// Ears, guard and the real voice activity model: what an agent hears of itself.
#include "call/echo.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "audio/echo_testing.hpp"
#include "call/ears.hpp"
#include "call/fakes.hpp"
#include "call/settings.hpp"

namespace offhook::call {
namespace {

using namespace audio::echo_testing;

const std::string kFolder = OFFHOOK_SOURCE_DIR "/tests/data";

class EchoTest : public testing::Test {
 protected:
  EchoTest() {
    auto model = vad::load_silero(std::string(OFFHOOK_CACHE_DIR) + "/models/silero_vad_16k_op15.onnx");
    if (!model) throw std::runtime_error(model.error().what);
    vad = vad::Batcher::create(loop, std::move(*model));
    loop.advance(1s);
  }
  void open(bool guarded) {
    if (guarded) echo.emplace(loop, wire);
    ears.emplace(
        loop, *vad, nullptr, recognizer,
        [this](Event e) {
          if (auto* w = std::get_if<event::Window>(&e)) windows.push_back(*w);
        },
        stt::Used(), echo ? &*echo : nullptr);
  }
  // The agent's sound from time 0 of the line on, 60 ms ahead, as the playout sends it; the caller's as it comes, up to
  // `jitter` late.
  void talk(const Sound& sent, const Sound& heard, Duration jitter = 0ms) {
    const auto out = mulaw(sent), in = mulaw(heard);
    std::size_t at = 0;
    unsigned turn = 0;
    for (std::size_t from = 0; from + 160 <= in.size(); from += 160) {
      while (echo && at + 160 <= out.size() && at < from + 480 + 160) {
        echo->send_audio(std::span(out).subspan(at, 160));
        at += 160;
      }
      const Duration late = jitter * static_cast<int>(turn++ * 7 % 5) / 4;
      loop.advance(late);
      ears->audio(std::span(in).subspan(from, 160), static_cast<std::int64_t>(from));
      loop.advance(20ms - late);
    }
    loop.advance(100ms);
  }
  const event::Window* at(std::int64_t end) const {
    for (const auto& w : windows)
      if (w.end == end) return &w;
    return nullptr;
  }

  net::VirtualLoop loop;
  std::unique_ptr<vad::Batcher> vad;
  FakeRecognizer recognizer;
  FakeWire wire{loop};
  std::optional<Echo> echo;
  std::optional<Ears> ears;
  std::vector<event::Window> windows;
};

double level(const Sound& sound, std::int64_t from, std::int64_t to) {
  if (from < 0 || to > static_cast<std::int64_t>(sound.size())) return -120;
  return db(std::span(sound).subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
}

TEST_F(EchoTest, the_agents_own_voice_is_no_speech_and_the_callers_over_it_is) {
  const Path path{2000, -12, -60, false};
  Sound sent = agent(kFolder);
  const std::size_t half = sent.size();
  const Sound again = sent;
  sent.insert(sent.end(), again.begin(), again.end());
  Sound said(sent.size());
  const Sound says = recordings(kFolder, {"vad_what_time"});
  std::copy(says.begin(), says.end(), said.begin() + static_cast<std::ptrdiff_t>(half + 8000));
  const Sound echoes = echo_of(sent, path), heard = line(echoes, said, path);
  const auto from = static_cast<std::int64_t>(half + 8000), until = from + static_cast<std::int64_t>(says.size());

  open(false);
  talk(sent, heard);
  int unguarded = 0;
  for (const auto& w : windows) unguarded += w.end < from && w.speech >= 128;
  ASSERT_GT(unguarded, 100) << "the model takes the echo for speech";
  for (const auto& w : windows) ASSERT_EQ(w.echo, 0);

  windows.clear();
  open(true);
  talk(sent, heard, 20ms);
  int spoken = 0, heard_speaking = 0, explained = 0, echoed = 0, known = 0;
  for (const auto& w : windows) {
    if (w.end < 2000 + 12000) continue;  // the first second and a half of the echo
    const double echo_db = level(echoes, w.end - 256, w.end), caller_db = level(said, w.end - 256, w.end);
    if (w.end < from - 256 || w.end - 512 > until) {  // echo only
      EXPECT_TRUE(w.speech < 128 || w.echo >= Settings().echo_most) << "at " << w.end;
      if (echo_db > -50) {
        ++echoed;
        known += w.echo >= 200;
      }
    } else if (caller_db > -30 && caller_db > echo_db + 3) {
      ++spoken;
      heard_speaking += w.speech >= 128;
      explained += w.echo >= 200;
    }
  }
  ASSERT_GT(echoed, 300);
  EXPECT_GE(known, echoed * 95 / 100) << "of " << echoed;
  ASSERT_GT(spoken, 25);
  EXPECT_GE(heard_speaking, spoken * 85 / 100) << "of " << spoken;
  EXPECT_LE(explained, spoken / 10) << "of " << spoken;
}

TEST_F(EchoTest, where_nothing_comes_back_the_caller_is_heard_as_without) {
  const Path path;
  const Sound sent = agent(kFolder), said = recordings(kFolder, {"stt_weather", "vad_what_time", "stt_weather"});
  const Sound heard = line({}, said, path);
  open(false);
  talk(sent, heard);
  const auto without = std::exchange(windows, {});
  open(true);
  talk(sent, heard);
  EXPECT_EQ(windows, without);
}

TEST_F(EchoTest, the_recogniser_and_the_turn_model_get_the_sound_without_its_echo) {
  const Path path{2000, -12, -60, false};
  const Sound sent = agent(kFolder), heard = line(echo_of(sent, path), {}, path);
  open(true);
  FakeDetector detector(loop);
  ears.emplace(loop, *vad, &detector, recognizer, [](Event) {}, stt::Used(), &*echo);
  const auto out = mulaw(sent), in = mulaw(heard);
  for (std::size_t at = 0; at + 160 <= in.size() && at + 160 <= out.size(); at += 160) {
    echo->send_audio(std::span(out).subspan(at, 160));
    if (at == 40000) ears->listen(1, 32000);
    ears->audio(std::span(in).subspan(at, 160), static_cast<std::int64_t>(at));
    loop.advance(20ms);
  }
  ears->score(1, 100);
  loop.advance(100ms);
  ASSERT_EQ(recognizer.turns.size(), 1u);
  const auto& got = recognizer.turns[0].samples;
  const auto end = static_cast<std::int64_t>(std::min(in.size(), out.size())) / 160 * 160;
  EXPECT_NEAR(static_cast<double>(got.size()), 2.0 * static_cast<double>(end - 32000), 600);
  EXPECT_LT(audio::dbfs(std::span<const float>(got)), level(heard, 32000, end) - 15);
  ASSERT_EQ(detector.asked.size(), 1u);
  const std::span<const float> scored(detector.asked[0]);
  EXPECT_LT(audio::dbfs(scored.last(2 * static_cast<std::size_t>(end - 32000)).first(scored.size() / 4)),
            level(heard, 32000, end) - 12);
}

// The reference is what the far ear heard: an echo of what was taken back would be taken for the caller.
TEST_F(EchoTest, marks_clears_and_sound_go_on_to_the_edge) {
  open(true);
  const std::vector<std::uint8_t> loud(1600, audio::mulaw_encode(8000));
  echo->send_audio(loud);
  loop.advance(50ms);
  echo->clear();
  echo->send_audio(loud);
  echo->hang_up("enough");
  EXPECT_EQ(wire.clears, 1);
  ASSERT_EQ(wire.frames.size(), 2u);
  EXPECT_EQ(wire.frames[0].second, loud);
  EXPECT_EQ(wire.hung_up, "enough");
  loop.advance(1s);
}

TEST_F(EchoTest, there_is_none_where_the_file_says_off_or_the_edge_does_it) {
  EXPECT_TRUE(Echo::where_wanted(true, EdgeTraits(), loop, wire));
  EXPECT_FALSE(Echo::where_wanted(false, EdgeTraits(), loop, wire));
  EXPECT_FALSE(Echo::where_wanted(true, EdgeTraits{.echo_cancelled = true}, loop, wire));
  EXPECT_FALSE(Echo::where_wanted(true, EdgeTraits{.rate = 48000, .frame = 960}, loop, wire));
}

}  // namespace
}  // namespace offhook::call

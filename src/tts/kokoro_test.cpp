// With the real model where OFFHOOK_KOKORO names a folder that holds kokoro.onnx and voices.npz; OFFHOOK_KOKORO_VOICE
// and OFFHOOK_KOKORO_LANGUAGE choose another voice of it.
#include "tts/kokoro.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>

#include "audio/level.hpp"
#include "inference/pool_testing.hpp"
#include "net/virtual_loop.hpp"
#include "tts/render.hpp"

namespace offhook::tts {
namespace {

using testing::HasSubstr;

std::string environment(const char* name, std::string otherwise) {
  const char* value = std::getenv(name);
  return value ? value : otherwise;
}

struct Heard {
  std::vector<std::int16_t> sound;
  std::size_t parts = 0;
  std::optional<Result<Spoken>> done;
};

Heard say(net::VirtualLoop& loop, Voice& voice, std::string text, int rate) {
  Heard heard;
  const auto handle = voice.synthesize(loop, {.text = std::move(text), .rate = rate},
                                       {.audio =
                                            [&](std::span<const std::int16_t> samples) {
                                              heard.sound.insert(heard.sound.end(), samples.begin(), samples.end());
                                              ++heard.parts;
                                            },
                                        .done = [&](Result<Spoken> result) { heard.done = std::move(result); }});
  EXPECT_TRUE(loop.wait_until([&] { return heard.done.has_value(); }, std::chrono::seconds(120)));
  return heard;
}

TEST(Kokoro, english_becomes_speech_of_its_length_and_loudness) {
  const std::string folder = environment("OFFHOOK_KOKORO", "");
  if (folder.empty()) GTEST_SKIP() << "OFFHOOK_KOKORO is not set";
  const VirtualClock clock;
  net::VirtualLoop loop;
  inference::Pool pool(clock, 1);
  const auto voice = load_kokoro({.model = folder + "/kokoro.onnx",
                                  .voices = folder + "/voices.npz",
                                  .voice = environment("OFFHOOK_KOKORO_VOICE", "jf_alpha"),
                                  .config = {},
                                  .language = environment("OFFHOOK_KOKORO_LANGUAGE", "en-us")},
                                 pool);
  ASSERT_TRUE(voice.ok()) << voice.error().what;
  for (const auto& [text, words] : {std::pair{"Okay, one moment.", 3},
                                    {"Bluebird Dental, how can I help?", 6},
                                    {"We are open from nine to five on weekdays, and on Saturday mornings.", 13}}) {
    const std::clock_t begin = std::clock();  // of this process, whatever else the machine does
    const Heard heard = say(loop, **voice, text, 8000);
    const double took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    ASSERT_TRUE(heard.done->ok()) << heard.done->error().what;
    EXPECT_EQ((*heard.done)->voice, (*voice)->key());
    const std::vector<std::int16_t> clause = trimmed(heard.sound, 8000, {.before = 0ms, .after = 0ms});
    const double length = static_cast<double>(clause.size()) / 8000;
    EXPECT_GT(length, 0.15 * words) << text;
    EXPECT_LT(length, 0.8 * words) << text;
    EXPECT_NEAR(audio::dbfs(clause), -21, 6) << text;
    EXPECT_LT(audio::first_audible(heard.sound, 8000), 8000u / 10) << "silence before it";
    std::printf("%4.1f s of speech in %.0f ms of a core, %.2f s a second: %s\n", length, took * 1000, took / length,
                text);
  }
  EXPECT_EQ(say(loop, **voice, "...", 8000).parts, 0u);
  EXPECT_EQ(say(loop, **voice, "Yes. No.", 16000).parts, 2u);
  inference::wait_until_free(pool, 1);
}

TEST(Kokoro, what_is_missing_or_wrong_is_named) {
  const VirtualClock clock;
  inference::Pool pool(clock, 1);
  const auto folder = std::filesystem::temp_directory_path() / ("offhook_kokoro_" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const std::string table = folder / "af_heart.bin", config = folder / "config.json";
  std::ofstream(table, std::ios::binary) << std::string(1024, '\0');
  std::ofstream(config) << "{}";
  const std::string silero = OFFHOOK_CACHE_DIR "/models/silero_vad_16k_op15.onnx";
  const KokoroFiles good{
      .model = "/nowhere/kokoro.onnx", .voices = table, .voice = "af_heart", .config = {}, .language = {}};
  const auto with = [&](auto change) {
    KokoroFiles files = good;
    change(files);
    const auto loaded = load_kokoro(files, pool);
    EXPECT_FALSE(loaded.ok());
    return loaded.ok() ? std::string() : loaded.error().what;
  };
  EXPECT_THAT(with([](auto&) {}), HasSubstr("/nowhere/kokoro.onnx"));
  EXPECT_THAT(with([](auto& f) { f.voices = "/nowhere/voices.npz"; }), HasSubstr("/nowhere/voices.npz"));
  EXPECT_THAT(with([](auto& f) { f.config = "/nowhere/config.json"; }), HasSubstr("/nowhere/config.json"));
  EXPECT_THAT(with([&](auto& f) { f.config = config; }), HasSubstr(config));
  EXPECT_THAT(with([](auto& f) { f.voice = "jf_alpha"; }), HasSubstr("name the language"));
  EXPECT_THAT(with([](auto& f) { f.speed = 0; }), HasSubstr("speed is 0.0"));
  EXPECT_THAT(with([&](auto& f) { f.model = silero; }),
              HasSubstr("is no Kokoro model: its inputs are input, state, sr"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace offhook::tts

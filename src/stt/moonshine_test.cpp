// With the real model, on four sentences that came through a telephone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

#include "audio/resampler.hpp"
#include "audio/wav.hpp"
#include "inference/pool_testing.hpp"
#include "net/virtual_loop.hpp"
#include "stt/stt.hpp"
#include "stt/words.hpp"

namespace offhook::stt {
namespace {

using testing::HasSubstr;

const std::string kModel = std::string(OFFHOOK_CACHE_DIR) + "/models/moonshine-tiny-en/";
const MoonshineFiles kFiles{kModel + "encoder_model.ort", kModel + "decoder_model_merged.ort", kModel + "tokens.txt"};

// Substitutions, insertions and deletions.
std::size_t word_errors(const std::vector<Word>& said, const std::vector<Word>& heard) {
  std::vector<std::size_t> row(heard.size() + 1);
  for (std::size_t j = 0; j <= heard.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= said.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= heard.size(); ++j) {
      const std::size_t same = diagonal + (said[i - 1].bare != heard[j - 1].bare);
      diagonal = row[j];
      row[j] = std::min({same, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

class MoonshineTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = load_moonshine(kFiles, pool());
    ASSERT_TRUE(loaded.ok()) << loaded.error().what;
    recognizer_ = std::move(loaded).value();
  }
  static void TearDownTestSuite() { recognizer_.reset(); }
  void TearDown() override { inference::wait_until_free(pool()); }
  // Its time stands still, as the loop's does, so that no deadline passes however slow the machine is.
  static inference::Pool& pool() {
    static VirtualClock clock;
    static inference::Pool pool(clock, 2);
    return pool;
  }

  static std::vector<float> speech(const std::string& name) {
    const auto wav = audio::read_wav(std::string(OFFHOOK_SOURCE_DIR) + "/tests/data/" + name + ".wav");
    EXPECT_TRUE(wav.ok()) << wav.error().what;
    std::vector<float> at_8k(wav->samples.size());
    for (std::size_t i = 0; i < at_8k.size(); ++i) at_8k[i] = static_cast<float>(wav->samples[i]) / 32768;
    return audio::resample(at_8k, 8000, kRate);
  }
  // The transcript for a pause after all of it.
  Result<std::string> hear(const std::vector<float>& samples) {
    std::optional<Result<std::string>> heard;
    const auto session =
        recognizer_->open(loop_, {nullptr, [&](std::uint32_t, Result<std::string> text) { heard = std::move(text); }});
    session->begin();
    session->audio(samples);
    session->pause(1);
    if (!loop_.wait_until([&] { return heard.has_value(); })) return Error{Errc::timeout, "no transcript"};
    return *heard;
  }

  static inline std::unique_ptr<Recognizer> recognizer_;
  net::VirtualLoop loop_;
};

TEST_F(MoonshineTest, telephone_speech_is_understood_with_at_most_one_word_in_ten_wrong) {
  const std::pair<const char*, const char*> kSaid[] = {
      {"stt_appointment", "I would like to book an appointment for next Tuesday morning please"},
      {"stt_address", "My address is forty two Green Street in the old town"},
      {"stt_weather", "What is the weather going to be like this weekend"},
      {"stt_yes", "Yes that works for me"},
  };
  std::size_t errors = 0;
  std::size_t count = 0;
  for (const auto& [file, text] : kSaid) {
    const auto heard = hear(speech(file));
    ASSERT_TRUE(heard.ok()) << heard.error().what;
    const auto said = words(text);
    const auto wrong = word_errors(said, words(*heard));
    if (wrong != 0) std::printf("%s: %zu wrong: %s\n", file, wrong, heard->c_str());
    errors += wrong;
    count += said.size();
  }
  EXPECT_LE(errors * 10, count);
}

TEST_F(MoonshineTest, partials_come_as_speech_goes_on_and_agree_with_one_another) {
  std::vector<Hypothesis> partials;
  const auto session = recognizer_->open(loop_, {[&](const Hypothesis& h) { partials.push_back(h); }, nullptr});
  session->begin();
  const auto sound = speech("stt_weather");
  for (std::size_t at = 0; at + kRate / 2 <= sound.size(); at += kRate / 2) {
    session->audio(std::span(sound).subspan(at, kRate / 2));
    ASSERT_TRUE(loop_.wait_until([&] { return partials.size() > at / (kRate / 2); }));
  }
  ASSERT_EQ(partials.size(), 5u);
  EXPECT_THAT(partials.back().text, HasSubstr("weather"));
  EXPECT_GE(partials.back().stable_words, 3) << partials.back().text;
}

TEST_F(MoonshineTest, word_shorter_than_the_model_likes_is_heard) {
  const auto sound = speech("stt_yes");
  const auto heard = hear({sound.begin(), sound.begin() + kRate * 45 / 100});
  ASSERT_TRUE(heard.ok());
  ASSERT_EQ(words(*heard).size(), 1u) << *heard;
  EXPECT_EQ(words(*heard)[0].bare.substr(0, 2), "ye");  // "Yeah." as often as not
}

TEST_F(MoonshineTest, hiss_of_a_line_is_no_words) {
  std::mt19937 random(7);
  std::normal_distribution<float> noise;
  for (const float level : {0.003f, 0.01f, 0.03f}) {
    std::vector<float> sound(3 * kRate);
    for (auto& s : sound) s = level * noise(random);
    const auto heard = hear(sound);
    ASSERT_TRUE(heard.ok());
    EXPECT_EQ(*heard, "") << level;
  }
}

TEST_F(MoonshineTest, missing_file_is_named_with_its_remedy) {
  auto files = kFiles;
  files.decoder = "/no/such/decoder.ort";
  const auto loaded = load_moonshine(files, pool());
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, Errc::not_found);
  EXPECT_THAT(loaded.error().what, HasSubstr("decoder is missing or empty at /no/such/decoder.ort"));
}

TEST_F(MoonshineTest, damaged_model_is_an_error_and_not_the_end) {
  const auto path = std::filesystem::temp_directory_path() / "offhook_broken_encoder.ort";
  std::ofstream(path) << "this is no model";
  auto files = kFiles;
  files.encoder = path.string();
  const auto loaded = load_moonshine(files, pool());
  std::filesystem::remove(path);
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(loaded.error().what, HasSubstr(path.string()));
}

}  // namespace
}  // namespace offhook::stt

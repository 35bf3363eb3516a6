// With the real library and model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/deadline.hpp"
#include "noise/suppressors_testing.hpp"

namespace offhook::noise {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const DeepFilterFiles kFiles{kModels + "deepfilternet-3/libdeepfilter.so",
                             kModels + "deepfilternet-3/DeepFilterNet3_onnx.tar.gz"};

class DeepFilterTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = load_deepfilter(kFiles);
    ASSERT_TRUE(loaded.ok()) << loaded.error().what;
    model_ = std::move(*loaded);
  }
  static void TearDownTestSuite() { model_.reset(); }
  // A stream whose model is there.
  static std::unique_ptr<Stream> ready() {
    auto stream = model_->open();
    const Deadline patience = Deadline::in(SteadyClock().now(), 60s);
    while (!stream->ready() && !patience.passed(SteadyClock().now())) std::this_thread::yield();
    EXPECT_TRUE(stream->ready());
    return stream;
  }
  static std::unique_ptr<Stream> dry() { return std::make_unique<Stream>(nullptr, 1440, 0.0f); }
  static inline std::unique_ptr<Suppressor> model_;
};

TEST_F(DeepFilterTest, hiss_and_rumble_are_lowered_by_10_dB_and_more) {
  for (const auto& noise : {white(4 * kRate, -35), pink(4 * kRate, -35)}) {
    const auto left = through(*ready(), noise);
    EXPECT_LT(audio::dbfs(std::span<const float>(left).subspan(kRate)), -45);
  }
}

TEST_F(DeepFilterTest, speech_stays_and_stays_in_its_place) {
  for (const char* name : {"stt_appointment", "vad_what_time"}) {
    const auto said = speech(name);
    const auto left = through(*ready(), said);
    EXPECT_NEAR(audio::dbfs(std::span<const float>(left)), audio::dbfs(std::span<const float>(said)), 4) << name;
    EXPECT_NEAR(lag(said, left), 0, 2) << name;
    EXPECT_NEAR(static_cast<double>(onset(left)), static_cast<double>(onset(said)), 80) << name;  // 10 ms
  }
}

TEST_F(DeepFilterTest, a_call_is_heard_as_it_is_while_its_model_is_being_made) {
  const auto said = speech("stt_yes");
  const auto as_it_is = through(*dry(), said);
  std::vector<std::unique_ptr<Stream>> at_once;
  for (int i = 0; i < 4; ++i) at_once.push_back(model_->open());  // more than are in stock
  std::vector<float> out;
  at_once.back()->process(std::span<const float>(said).first(800), out);
  ASSERT_GT(out.size(), 300u);
  EXPECT_TRUE(std::equal(out.begin(), out.end(), as_it_is.begin()));
}

TEST_F(DeepFilterTest, sound_comes_no_later_than_stated) {
  EXPECT_LE(model_->latency(), Duration(50ms));
  const auto stream = model_->open();
  std::vector<float> out;
  const std::vector<float> frame(160, 0.1f);
  const auto late = static_cast<std::size_t>(model_->latency().count() * kRate / 1'000'000);
  for (std::size_t in = 160; in < 8000; in += 160) {
    stream->process(frame, out);
    EXPECT_GE(out.size() + late, in);
    EXPECT_LT(out.size(), in);
  }
}

TEST_F(DeepFilterTest, missing_files_are_named_with_their_remedy) {
  for (const auto& files : {DeepFilterFiles{"/nowhere/libdeepfilter.so", kFiles.model},
                            DeepFilterFiles{kFiles.library, "/nowhere/model.tar.gz"}}) {
    const auto loaded = load_deepfilter(files);
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.error().code, Errc::not_found);
    EXPECT_THAT(loaded.error().what, AllOf(HasSubstr("/nowhere/"), HasSubstr("scripts/fetch")));
  }
}

TEST_F(DeepFilterTest, another_library_is_not_taken_for_it) {
  const auto loaded = load_deepfilter({"libm.so.6", kFiles.model});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, Errc::invalid);
}

}  // namespace
}  // namespace offhook::noise

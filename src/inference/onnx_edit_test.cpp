#include "inference/onnx_edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "inference/onnx.hpp"

namespace offhook::inference {
namespace {

using testing::HasSubstr;

const std::string kModel = OFFHOOK_CACHE_DIR "/models/smart-turn-v3.2-cpu.onnx";
constexpr const char* kPositions = "inner.encoder.embed_positions.weight";
constexpr std::size_t kRows = 400, kColumns = 384;

class OnnxEdit : public testing::Test {
 protected:
  void SetUp() override {
    Result<std::string> read = read_model(kModel);
    ASSERT_TRUE(read.ok()) << read.error().what;
    model_ = std::move(*read);
  }

  static Result<float> run(const OnnxSession& session, int frames, std::span<const float> positions = {}) {
    std::vector<float> features(static_cast<std::size_t>(80 * frames));
    for (std::size_t i = 0; i < features.size(); ++i) features[i] = 0.1f * static_cast<float>(i % 17) - 0.8f;
    std::vector<OnnxSession::Input> inputs = {{"input_features", std::span<const float>(features), {1, 80, frames}}};
    if (!positions.empty())
      inputs.push_back({kPositions, positions, {static_cast<std::int64_t>(positions.size() / kColumns), kColumns}});
    float answer = -1;
    std::array outputs = {OnnxSession::Output{"logits", std::span(&answer, 1), {1, 1}}};
    if (auto ran = session.run(inputs, outputs); !ran) return ran.error();
    return answer;
  }

  std::string model_;
};

TEST_F(OnnxEdit, a_model_exported_for_one_length_answers_the_same_there_and_takes_others) {
  auto edited = with_free_dimension(model_, "input_features", 2);
  ASSERT_TRUE(edited.ok()) << edited.error().what;
  edited = with_constant(*edited, "val_21", {-1});
  ASSERT_TRUE(edited.ok()) << edited.error().what;
  edited = with_weights_as_input(*edited, kPositions);
  ASSERT_TRUE(edited.ok()) << edited.error().what;
  const auto published = OnnxSession::load(kModel), any = OnnxSession::load_edited(kModel, *edited);
  ASSERT_TRUE(published.ok() && any.ok()) << any.error().what;

  const auto before = run(**published, 800), after = run(**any, 800);
  ASSERT_TRUE(before.ok() && after.ok()) << after.error().what;
  EXPECT_FLOAT_EQ(*before, *after);
  EXPECT_FALSE(run(**published, 400).ok());
  const auto positions = weights(model_, kPositions);
  ASSERT_TRUE(positions.ok()) << positions.error().what;
  ASSERT_EQ(positions->size(), kRows * kColumns);
  const auto half = run(**any, 400, std::span(*positions).last(positions->size() / 2));
  ASSERT_TRUE(half.ok()) << half.error().what;
  EXPECT_NE(*half, *before);
}

TEST_F(OnnxEdit, what_is_not_there_or_has_another_form_is_named) {
  const auto what = [](const auto& result) { return result.ok() ? "no error" : result.error().what; };
  EXPECT_THAT(what(with_constant(model_, "val_none", {1})), HasSubstr("'val_none'"));
  EXPECT_THAT(what(with_constant(model_, kPositions, {1})), HasSubstr("64-bit integers"));
  EXPECT_THAT(what(with_free_dimension(model_, "output_features", 2)), HasSubstr("'output_features'"));
  EXPECT_THAT(what(with_free_dimension(model_, "input_features", 3)), HasSubstr("has 3 dimensions"));
  EXPECT_THAT(what(with_weights_as_input(model_, "val_21")), HasSubstr("no matrix"));
  EXPECT_THAT(what(weights(model_, "val_none")), HasSubstr("'val_none'"));
}

TEST_F(OnnxEdit, a_file_cut_anywhere_is_an_error) {
  for (std::size_t i = 1; i < 40; ++i) {
    const auto cut = std::string_view(model_).substr(0, model_.size() * i / 40);
    EXPECT_FALSE(with_constant(cut, "val_21", {-1}).ok()) << cut.size();
  }
  EXPECT_FALSE(with_constant("", "val_21", {-1}).ok());
  EXPECT_FALSE(weights("no model", kPositions).ok());
}

}  // namespace
}  // namespace offhook::inference

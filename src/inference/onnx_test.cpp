#include "inference/onnx.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

namespace offhook::inference {
namespace {

using testing::Contains;
using testing::HasSubstr;

const std::string kModel = std::string(OFFHOOK_CACHE_DIR) + "/models/silero_vad_16k_op15.onnx";

// Silero's tensors: the smallest model there is, and one with floats, an integer scalar and a free batch.
struct Tensors {
  explicit Tensors(std::int64_t batch, float level = 0.01f)
      : batch(batch),
        input(static_cast<std::size_t>(batch * 576), level),
        state(static_cast<std::size_t>(batch * 256)),
        output(static_cast<std::size_t>(batch)),
        next(state.size()) {}

  std::array<OnnxSession::Input, 3> inputs() {
    return {{{"input", std::span<const float>(input), {batch, 576}},
             {"state", std::span<const float>(state), {2, batch, 128}},
             {"sr", std::span<const std::int64_t>(&rate, 1), {}}}};
  }
  std::array<OnnxSession::Output, 2> outputs() {
    return {{{"output", std::span<float>(output), {batch, 1}}, {"stateN", std::span<float>(next), {2, batch, 128}}}};
  }

  std::int64_t batch, rate = 16000;
  std::vector<float> input, state, output, next;
};

std::unique_ptr<OnnxSession> load() {
  auto session = OnnxSession::load(kModel);
  if (!session) {
    ADD_FAILURE() << session.error().what;
    std::abort();
  }
  return std::move(*session);
}

TEST(OnnxSession, a_missing_file_is_named_with_its_remedy) {
  const auto session = OnnxSession::load("/no/such/model.onnx");
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Errc::not_found);
  EXPECT_THAT(session.error().what, HasSubstr("/no/such/model.onnx"));
  EXPECT_THAT(session.error().what, HasSubstr("offhook models"));
}

TEST(OnnxSession, a_damaged_file_is_named_with_its_remedy) {
  const auto path = std::filesystem::temp_directory_path() / ("damaged_" + std::to_string(::getpid()) + ".onnx");
  std::ifstream whole(kModel, std::ios::binary);
  std::vector<char> half(100'000);
  whole.read(half.data(), static_cast<std::streamsize>(half.size()));
  for (const std::size_t size : {std::size_t{0}, std::size_t{1000}, half.size()}) {
    std::ofstream(path, std::ios::binary).write(half.data(), static_cast<std::streamsize>(size));
    const auto session = OnnxSession::load(path.string());
    ASSERT_FALSE(session) << size;
    EXPECT_EQ(session.error().code, Errc::invalid);
    EXPECT_THAT(session.error().what, HasSubstr(path.string()));
    EXPECT_THAT(session.error().what, HasSubstr(std::to_string(size) + " bytes"));
    EXPECT_THAT(session.error().what, HasSubstr("offhook models"));
  }
  std::filesystem::remove(path);
}

TEST(OnnxSession, knows_the_names_of_its_tensors) {
  const auto session = load();
  EXPECT_THAT(session->input_names(), testing::UnorderedElementsAre("input", "state", "sr"));
  EXPECT_THAT(session->output_names(), testing::UnorderedElementsAre("output", "stateN"));
  EXPECT_EQ(session->path(), kModel);
}

TEST(OnnxSession, a_span_and_a_vector_get_the_same_answer) {
  const auto session = load();
  Tensors t(2);
  auto outputs = t.outputs();
  const auto ran = session->run(t.inputs(), outputs);
  ASSERT_TRUE(ran) << ran.error().what;
  EXPECT_NE(t.output[0], 0.0f);
  EXPECT_EQ(t.output[0], t.output[1]);
  EXPECT_NE(t.next, t.state);

  std::vector<float> probability, next;
  std::array<OnnxSession::Output, 2> grown{{{"output", &probability, {}}, {"stateN", &next, {}}}};
  ASSERT_TRUE(session->run(t.inputs(), grown));
  EXPECT_EQ(probability, t.output);
  EXPECT_EQ(next, t.next);
  EXPECT_EQ(grown[0].shape, (OnnxSession::Shape{2, 1}));
  EXPECT_EQ(grown[1].shape, (OnnxSession::Shape{2, 2, 128}));
}

TEST(OnnxSession, what_does_not_fit_is_an_error_that_says_what) {
  const auto session = load();
  Tensors t(2);
  auto outputs = t.outputs();

  auto inputs = t.inputs();
  inputs[0].shape = {3, 576};
  EXPECT_THAT(session->run(inputs, outputs).error().what,
              HasSubstr("'input' of shape [3,576] holds 1728 numbers, but 1152"));
  inputs = t.inputs();
  inputs[0].name = "inptu";
  EXPECT_THAT(session->run(inputs, outputs).error().what, HasSubstr("inptu"));
  inputs = t.inputs();
  const std::array<std::int32_t, 2> rates{16000, 16000};
  inputs[2] = {"sr", std::span<const std::int32_t>(rates), {2}};
  const auto wrong_type = session->run(inputs, outputs);
  EXPECT_EQ(wrong_type.error().code, Errc::invalid);
  EXPECT_THAT(wrong_type.error().what, HasSubstr(kModel));

  outputs[1].shape = {2, 1, 128};
  EXPECT_THAT(session->run(t.inputs(), outputs).error().what, HasSubstr("'stateN' of shape [2,1,128]"));
  outputs[1].shape = {1, 2, 256};
  EXPECT_FALSE(session->run(t.inputs(), outputs));

  outputs = t.outputs();
  EXPECT_TRUE(session->run(t.inputs(), outputs)) << "a failure must leave the session usable";
}

TEST(OnnxSession, several_threads_may_run_it_at_once) {
  const auto session = load();
  std::array<Tensors, 3> each{Tensors(1, 0.01f), Tensors(5, 0.02f), Tensors(16, 0.03f)};
  for (Tensors& t : each) {
    auto outputs = t.outputs();
    ASSERT_TRUE(session->run(t.inputs(), outputs));
  }
  std::array<int, 3> wrong{};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < each.size(); ++i)
    threads.emplace_back([&, i] {
      for (int round = 0; round < 50; ++round) {
        Tensors t(each[i].batch, each[i].input[0]);
        auto outputs = t.outputs();
        if (!session->run(t.inputs(), outputs) || t.output != each[i].output) ++wrong[i];
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, (std::array<int, 3>{}));
}

TEST(OnnxSession, makes_no_threads) {
  const auto threads = [] {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& task : std::filesystem::directory_iterator("/proc/self/task")) ++n;
    return n;
  };
  const std::size_t before = threads();
  const auto session = load();
  Tensors t(16);
  auto outputs = t.outputs();
  ASSERT_TRUE(session->run(t.inputs(), outputs));
  EXPECT_EQ(threads(), before);
}

}  // namespace
}  // namespace offhook::inference

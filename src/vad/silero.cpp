// Silero VAD 6, 16 kHz: input [B,576] (64 samples of the window before, then 512 new), state [2,B,128], sr (a scalar) →
// output [B,1], stateN [2,B,128]. https://github.com/snakers4/silero-vad
#include <algorithm>
#include <string>
#include <utility>

#include "inference/onnx.hpp"
#include "vad/vad.hpp"

namespace offhook::vad {
namespace {

using inference::OnnxSession;

constexpr std::size_t kInput = kContext + kWindow;
constexpr std::size_t kHalf = 128;  // numbers of one of a call's two layers of state

class Silero final : public Model {
 public:
  explicit Silero(std::unique_ptr<OnnxSession> session) : session_(std::move(session)) {}

  Result<void> run(std::span<Window> batch) override {
    if (batch.empty()) return {};
    if (batch.size() > kMaxBatch)
      return Error{Errc::internal, "judging a batch of " + std::to_string(batch.size()) +
                                       " windows: expected at most " + std::to_string(kMaxBatch)};
    for (const Window& w : batch)
      if (w.samples.size() != kWindow)
        return Error{Errc::internal, "judging a window of " + std::to_string(w.samples.size()) + " samples: expected " +
                                         std::to_string(kWindow)};
    gather(batch);
    const auto b = static_cast<std::int64_t>(batch.size());
    const std::array<OnnxSession::Input, 3> inputs{
        {{"input", std::span<const float>(input_).first(batch.size() * kInput), {b, static_cast<std::int64_t>(kInput)}},
         {"state", std::span<const float>(state_).first(batch.size() * 2 * kHalf), {2, b, kHalf}},
         {"sr", std::span<const std::int64_t>(&rate_, 1), {}}}};
    std::array<OnnxSession::Output, 2> outputs{
        {{"output", std::span<float>(output_).first(batch.size()), {b, 1}},
         {"stateN", std::span<float>(next_).first(batch.size() * 2 * kHalf), {2, b, kHalf}}}};
    if (auto ran = session_->run(inputs, outputs); !ran) return ran;
    scatter(batch);
    return {};
  }

 private:
  void gather(std::span<const Window> batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Memory& memory = *batch[i].memory;
      const auto row = std::copy(memory.context.begin(), memory.context.end(), input_.begin() + at(i * kInput));
      std::copy(batch[i].samples.begin(), batch[i].samples.end(), row);
      const auto second = memory.state.begin() + at(kHalf);
      std::copy(memory.state.begin(), second, state_.begin() + at(i * kHalf));
      std::copy(second, memory.state.end(), state_.begin() + at((batch.size() + i) * kHalf));
    }
  }

  void scatter(std::span<Window> batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      Memory& memory = *batch[i].memory;
      batch[i].probability = output_[i];
      const auto second = std::copy_n(next_.begin() + at(i * kHalf), kHalf, memory.state.begin());
      std::copy_n(next_.begin() + at((batch.size() + i) * kHalf), kHalf, second);
      std::copy(batch[i].samples.end() - kContext, batch[i].samples.end(), memory.context.begin());
    }
  }

  static std::ptrdiff_t at(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }

  std::unique_ptr<OnnxSession> session_;
  const std::int64_t rate_ = kRate;
  std::array<float, kMaxBatch * kInput> input_{};
  std::array<float, kMaxBatch * 2 * kHalf> state_{}, next_{};
  std::array<float, kMaxBatch> output_{};
};

}  // namespace

Result<std::unique_ptr<Model>> load_silero(const std::string& path) {
  auto session = OnnxSession::load(path);
  if (!session) return session.error().within("voice activity");
  std::unique_ptr<Model> model = std::make_unique<Silero>(std::move(*session));
  // Any other model would fail at the first call's first window: better now. The first run is slow, too.
  Memory memory;
  const std::array<float, kWindow> silence{};
  std::array<Model::Window, 1> window{{{&memory, silence}}};
  if (auto tried = model->run(window); !tried)
    return tried.error().within("voice activity: trying '" + path + "', expected Silero's 16 kHz model");
  return model;
}

}  // namespace offhook::vad

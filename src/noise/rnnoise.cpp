#include <algorithm>
#include <array>
#include <utility>

#include "noise/library.hpp"
#include "noise/noise.hpp"

namespace offhook::noise {
namespace {

constexpr int kDelay = 960;    // 20 ms: half a window of analysis, and the frame that it looks ahead
constexpr float kKept = 0.2f;  // at most 14 dB are taken away: without, words go with the noise (docs/benchmarks.md)
constexpr float kFull = 32768.0f;  // its samples are floats of the size of 16 bits

// Of rnnoise.h, 0.2.
struct Api {
  int (*frame_size)();
  void* (*create)(void* model);  // null: the one inside
  void (*destroy)(void* state);
  float (*process)(void* state, float* out, const float* in);  // answers how likely the frame holds speech
};

class RnnoiseFilter final : public Filter {
 public:
  explicit RnnoiseFilter(const Api& api) : api_(api), state_(api.create(nullptr)) {}
  ~RnnoiseFilter() override {
    if (state_) api_.destroy(state_);
  }
  Did frame(std::span<const float, kFrame> in, std::span<float, kFrame> out) override {
    if (!state_) return Did::failed;
    std::array<float, kFrame> loud;
    std::ranges::transform(in, loud.begin(), [](float x) { return x * kFull; });
    api_.process(state_, out.data(), loud.data());
    for (float& x : out) x /= kFull;
    return Did::cleaned;
  }

 private:
  const Api& api_;
  void* state_;
};

class Rnnoise final : public Suppressor {
 public:
  explicit Rnnoise(const Api& api) : api_(api) {}
  Kind kind() const override { return Kind::rnnoise; }
  std::unique_ptr<Stream> open() override {
    return std::make_unique<Stream>(std::make_unique<RnnoiseFilter>(api_), kDelay, kKept);
  }
  Duration latency() const override { return stream_latency(kDelay); }

 private:
  const Api api_;
};

}  // namespace

Result<std::unique_ptr<Suppressor>> load_rnnoise(const std::string& path) {
  const auto library = Library::open(path, "RNNoise");
  if (!library) return library.error();
  Api api;
  if (!library->find(api.frame_size, "rnnoise_get_frame_size") || !library->find(api.create, "rnnoise_create") ||
      !library->find(api.destroy, "rnnoise_destroy") || !library->find(api.process, "rnnoise_process_frame") ||
      api.frame_size() != kFrame)
    return strange(path, "RNNoise");
  return std::unique_ptr<Suppressor>(std::make_unique<Rnnoise>(api));
}

}  // namespace offhook::noise

// Voice activity: how likely it is that a window of sound holds speech. One session for all calls of a loop; what belongs
// to a call (the model's memory and its left context) stays with the call.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/result.hpp"
#include "net/loop.hpp"

namespace offhook::vad {

inline constexpr int kRate = 16000;     // Hz
inline constexpr int kWindow = 512;     // samples, 32 ms
inline constexpr int kContext = 64;     // samples of the window before, without which the model degrades silently

// A call's part of the model.
struct Memory {
  std::array<float, 2 * 128> state{};
  std::array<float, kContext> context{};
};

// The model. Not thread-safe: one a loop, or guarded by who owns it.
class Model {
 public:
  virtual ~Model() = default;
  struct Window {
    Memory* memory;                        // read and written
    std::span<const float> samples;        // kWindow of them, -1..1, 16 kHz
    float probability = 0;                 // the answer
  };
  virtual Result<void> run(std::span<Window> batch) = 0;  // at most 16
};

// Loads Silero (silero_vad_16k_op15.onnx). Errors name the file.
Result<std::unique_ptr<Model>> load_silero(const std::string& path);

// Collects the windows of all calls of one loop and runs them together: when 16 wait or the oldest is 5 ms old. On the loop.
class Batcher {
 public:
  static constexpr std::size_t kBatch = 16;
  static constexpr Duration kPatience = 5ms;

  class Stream {  // one call's; destroying it forgets what is queued for it
   public:
    virtual ~Stream() = default;
    // Samples are copied. `position`: of the window's end in the caller's stream, handed back with the answer.
    virtual void push(std::span<const float> window, std::int64_t position) = 0;
  };
  using Heard = std::function<void(float probability, std::int64_t position)>;

  static std::unique_ptr<Batcher> create(net::Loop& loop, std::unique_ptr<Model> model);
  virtual ~Batcher() = default;
  virtual std::unique_ptr<Stream> open(Heard heard) = 0;
};

}  // namespace offhook::vad

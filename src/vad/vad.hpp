// Voice activity: how likely it is that a window of sound holds speech. One session for all calls of a loop; what
// belongs to a call (the model's memory and its left context) stays with the call.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "net/loop.hpp"

namespace offhook::vad {

inline constexpr int kRate = 16000;  // Hz
inline constexpr int kWindow = 512;  // samples, 32 ms
inline constexpr int kContext = 64;  // samples of the window before, without which the model degrades silently

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
    Memory* memory;                  // read and written
    std::span<const float> samples;  // kWindow of them, -1..1, 16 kHz
    float probability = 0;           // the answer
  };
  // At most kMaxBatch windows, each of another call: a call's second window needs the memory that its first leaves.
  virtual Result<void> run(std::span<Window> batch) = 0;
  static constexpr std::size_t kMaxBatch = 16;
};

// Loads Silero (silero_vad_16k_op15.onnx) and tries it. Errors name the file.
Result<std::unique_ptr<Model>> load_silero(const std::string& path);

// Collects the windows of all calls of one loop and runs them together: when 16 calls wait, or every open stream, or
// when the oldest is 5 ms old. On the loop; a batch never runs inside push(), so no answer comes from inside it.
class Batcher {
 public:
  static constexpr std::size_t kBatch = Model::kMaxBatch;
  static constexpr Duration kPatience = 5ms;
  // So much quiet makes the model forget what was said before it. Its state does not recover from speech by itself:
  // behind some sentences and seconds of silence Silero misses one short word in thirteen that it finds from a clean
  // state (docs/benchmarks.md).
  static constexpr int kForget = 31;  // windows, 1 s
  static constexpr float kQuiet = 0.1f;
  // A window without any sample beyond this (the lowest steps of µ-law: a muted line) is answered with 0, and the model
  // not asked, once it has forgotten.
  static constexpr float kSilent = 0.0015f;       // -56 dBFS
  static constexpr std::size_t kMaxQueued = 256;  // windows of one stream, 8 s: where sound comes in bursts

  class Stream {  // one call's; destroying it forgets what is queued for it
   public:
    virtual ~Stream() = default;
    // Samples are copied; there must be kWindow of them. `position`: of the window's end in the caller's stream, handed
    // back with the answer. Beyond kMaxQueued the stream's oldest window goes unanswered and is counted.
    virtual void push(std::span<const float> window, std::int64_t position) = 0;
  };
  // In the order of the pushes. May push, may open and destroy streams, its own too; not the Batcher.
  using Heard = std::function<void(float probability, std::int64_t position)>;

  struct Stats {
    std::uint64_t batches = 0, windows = 0;  // that the model was asked
    std::uint64_t silent = 0;                // windows that it was not asked
    std::uint64_t dropped = 0;               // windows beyond kMaxQueued
    std::uint64_t failed = 0;                // windows that the model could not judge; they are answered with 0
  };

  static std::unique_ptr<Batcher> create(net::Loop& loop, std::unique_ptr<Model> model);
  virtual ~Batcher() = default;  // outlives its streams
  virtual std::unique_ptr<Stream> open(Heard heard) = 0;
  virtual const Stats& stats() const = 0;
};

}  // namespace offhook::vad

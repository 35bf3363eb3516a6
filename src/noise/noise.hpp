// Takes noise out of what the caller's line brings, before anything else hears it. A Suppressor is a model in memory,
// shared by all calls; a Stream is one call's way through it, and runs on the call's loop.
//
//   8 kHz ─▶ 48 kHz ─▶ frames of 10 ms ─▶ model ─▶ mixed with what came in ─▶ 8 kHz, late but in its place
//
// The models are libraries with C interfaces, loaded when an agent asks for one: RNNoise (Valin, "A Hybrid DSP/Deep
// Learning Approach to Real-Time Full-Band Speech Enhancement", 2018) and DeepFilterNet 3 (Schröter et al.,
// "DeepFilterNet: Perceptually Motivated Real-Time Speech Enhancement", 2023).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audio/resampler.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace offhook::noise {

enum class Kind { off, rnnoise, deepfilter };
std::string_view name(Kind kind);

inline constexpr int kRate = 8000;        // Hz of a stream's sound, mono, -1..1
inline constexpr int kModelRate = 48000;  // Hz that the models work at
inline constexpr int kFrame = 480;        // samples of theirs, 10 ms

// What a model keeps of one call.
class Filter {
 public:
  enum class Did {
    cleaned,  // `out` is `in`, delay() samples ago
    waited,   // it is still being made ready: `out` holds nothing
    failed,   // for good
  };
  virtual ~Filter() = default;
  virtual bool ready() { return true; }  // no more waiting
  virtual Did frame(std::span<const float, kFrame> in, std::span<float, kFrame> out) = 0;
};

// One call's. Home thread. Sound is never lost: what the model cannot clean passes through as it came.
class Stream {
 public:
  // `kept`: the share (0..1) of what came in that stays in what goes out.
  Stream(std::unique_ptr<Filter> filter, int delay, float kept);

  // Appends. Output is aligned with the input: its sample k is the input's sample k, and comes once the input has
  // reached latency() beyond it.
  void process(std::span<const float> in, std::vector<float>& out);
  bool ready() const { return filter_ && filter_->ready(); }  // the model is there: from now on it cleans
  void reset();  // what comes next does not follow what came: it begins anew at sample 0

 private:
  void frame(std::span<const float, kFrame> in);

  std::unique_ptr<Filter> filter_;  // null: it has failed
  const std::size_t delay_;         // samples at 48 kHz
  const float kept_;
  audio::Resampler up_{kRate, kModelRate}, down_{kModelRate, kRate};
  std::vector<float> waiting_;  // at 48 kHz, less than a frame between calls
  std::vector<float> past_;     // the last delay_ samples that went in, then the frame that does
  std::vector<float> done_;     // frames on their way down
  std::size_t skip_ = 0;        // of what comes out next: it stands for the time before the first sample
  std::size_t warm_ = 0;        // samples that the model has been given, up to delay_
};

// Of a stream whose model is `delay` samples late: the resamplers' look-ahead and a frame of the model's are added.
Duration stream_latency(int delay);

class Suppressor {
 public:
  virtual ~Suppressor() = default;  // outlives its streams
  virtual Kind kind() const = 0;
  virtual std::unique_ptr<Stream> open() = 0;  // any thread, at once
  // How late the sound comes, at most.
  virtual Duration latency() const = 0;
};

// The memory of a stream is 0.1 MB.
Result<std::unique_ptr<Suppressor>> load_rnnoise(const std::string& library);

// A stream takes 13 MB and half a second to make, so a thread of low priority keeps some ready; a call that finds none
// is heard as it is until then. Loading takes a second.
struct DeepFilterFiles {
  std::string library, model;  // libdeepfilter.so, DeepFilterNet3_onnx.tar.gz
};
Result<std::unique_ptr<Suppressor>> load_deepfilter(const DeepFilterFiles& files);

}  // namespace offhook::noise

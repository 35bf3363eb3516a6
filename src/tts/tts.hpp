// Text to speech, clause by clause.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "inference/pool.hpp"
#include "net/http_client.hpp"
#include "net/loop.hpp"

namespace offhook::tts {

// Sound as it comes from a voice: mono, 16 bit, at the voice's own rate, leading and trailing silence included.
struct Sink {
  std::function<void(std::span<const std::int16_t> samples)> audio;  // once or often
  std::function<void(Result<void>)> done;                            // last, exactly once
};

// Shared by all calls. Callbacks come on `loop`, never from inside synthesize().
class Voice {
 public:
  virtual ~Voice() = default;
  virtual int rate() const = 0;  // Hz
  virtual const std::string& key()
      const = 0;  // provider, voice and settings: with the text, the key of a cached phrase
  // Destroying the handle cancels.
  virtual std::unique_ptr<net::Pending> synthesize(net::Loop& loop, std::string text, Deadline deadline, Sink sink) = 0;
};

// A Piper voice on ONNX Runtime; phonemes from libespeak-ng, loaded at run time because it is GPL-3. Runs in the pool.
struct PiperFiles {
  std::string model, config;  // .onnx and its .json
};
Result<std::unique_ptr<Voice>> load_piper(const PiperFiles& files, inference::Pool& pool);

}  // namespace offhook::tts

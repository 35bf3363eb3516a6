// Text to speech, clause by clause.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "inference/pool.hpp"
#include "net/http_client.hpp"
#include "net/loop.hpp"

namespace offhook::tts {

struct Speech {
  std::string text;
  int rate = 8000;            // Hz of the sound wanted
  Deadline first_sound = {};  // no sound by then: timeout
  Deadline deadline = {};     // all of it
};

struct Spoken {
  std::string
      voice;  // key() of the voice that said all of it; empty: several had a part in it, it is not worth keeping
};

struct Sink {
  // Mono, 16 bit, at Speech::rate, as the voice made it: leading and trailing silence included. Once or often; streams
  // come in pieces of some 20 to 100 ms, as they arrive.
  std::function<void(std::span<const std::int16_t> samples)> audio;
  // Where the voice tells: after `samples` of this sound the first `bytes` bytes of the text have been said. Both grow.
  std::function<void(std::size_t bytes, std::int64_t samples)> said = {};
  // `provider` has been given `characters` (of the text, UTF-8 code points) to speak, and is paid for them.
  std::function<void(std::string_view provider, std::int64_t characters)> used = {};
  std::function<void(Result<Spoken>)> done;  // last, exactly once; a text without anything to say is ok without audio
};

// Shared by the calls of a loop. Callbacks come on `loop`, never from inside synthesize().
class Voice {
 public:
  virtual ~Voice() = default;
  virtual const std::string& key()
      const = 0;  // provider, voice and settings: with the text, the key of a cached phrase
  // Destroying the handle cancels, in the provider's own way: nobody pays for words that are not heard.
  virtual std::unique_ptr<net::Pending> synthesize(net::Loop& loop, Speech speech, Sink sink) = 0;
  virtual void warm(net::Loop& loop) {}  // opens what the next synthesize() needs; a call has begun
};

// A Piper voice on ONNX Runtime; phonemes from libespeak-ng, loaded at run time because it is GPL-3. Runs in the pool.
struct PiperFiles {
  std::string model, config;  // .onnx and its .json
};
Result<std::unique_ptr<Voice>> load_piper(const PiperFiles& files, inference::Pool& pool);

}  // namespace offhook::tts

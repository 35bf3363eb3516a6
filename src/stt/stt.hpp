// Speech to text. A Recognizer is shared; a Session belongs to one call and lives on its loop.
//
// What a session is told, in the caller's time:      what it answers:
//   begin ── audio… ── pause ── audio… ── pause ── end     partial… transcript   partial… transcript
// `begin` is the first speech of a turn, with its run-up; audio comes only between begin and end, pauses included. A
// pause asks for the transcript of everything said since begin; more speech may follow it. `end` closes the turn:
// answers that are still under way are dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "inference/pool.hpp"
#include "net/loop.hpp"

namespace offhook::stt {

inline constexpr int kRate = 16000;  // Hz, mono float, -1..1

struct Hypothesis {
  std::string text;      // of the whole turn so far
  int stable_words = 0;  // how many leading words two successive hypotheses agree on
};

class Session {
 public:
  struct Sink {
    std::function<void(const Hypothesis&)> partial;
    // Answers pause number `pause`, exactly once each unless end() came first. Errc::cancelled: a later pause came
    // before work on this one had begun, and will be answered; Errc::timeout, Errc::full: too much to do.
    std::function<void(std::uint32_t pause, Result<std::string> text)> transcript;
  };
  virtual ~Session() = default;  // drops what is under way
  virtual void begin() = 0;
  virtual void audio(std::span<const float> samples) = 0;
  virtual void pause(std::uint32_t pause) = 0;  // 1, 2, … within a turn
  virtual void end() = 0;
};

class Recognizer {
 public:
  virtual ~Recognizer() = default;
  virtual std::unique_ptr<Session> open(net::Loop& loop, Session::Sink sink) = 0;
};

// Moonshine tiny, English, through sherpa-onnx; runs in the pool, which must outlive the recogniser and its sessions
// and go before the loops. Loading takes about a second.
struct MoonshineFiles {
  std::string encoder, decoder, tokens;
};
Result<std::unique_ptr<Recognizer>> load_moonshine(const MoonshineFiles& files, inference::Pool& pool);

}  // namespace offhook::stt

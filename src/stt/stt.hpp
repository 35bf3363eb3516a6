// Speech to text. A Recognizer is shared by the calls of a loop; a Session belongs to one call and lives on its loop.
//
// What a session is told, in the caller's time:      what it answers:
//   begin ── audio… ── pause ── audio… ── pause ── end     partial… transcript   partial… transcript
// `begin` is the first speech of a turn, with its run-up. A pause asks for the transcript of everything said since
// begin; more speech may follow it. `end` closes the turn: answers that are still under way are dropped. Audio comes
// only between begin and end, pauses included, unless the recogniser is continuous: then all of it comes, from the
// first, and nothing twice.
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

inline constexpr int kRate = 16000;  // Hz, mono float, -1..1: what a recogniser hears unless its traits say otherwise

struct Hypothesis {
  std::string text;      // of the whole turn so far
  int stable_words = 0;  // how many leading words two successive hypotheses agree on
};

// Of a recogniser that finds the ends of turns by itself.
struct TurnSignal {
  enum class Kind {
    eager,    // the turn may be over: `text` is worth thinking about
    resumed,  // it was not
    ended,    // it is over; `text` is what the last `eager` said, or nobody has said it before
  };
  Kind kind = Kind::ended;
  std::string text;   // of the turn
  int permille = -1;  // the service's own confidence; -1: none
};

// So much sound has been handed over to `provider` and is paid for.
using Used = std::function<void(std::string_view provider, Duration audio)>;

class Session {
 public:
  struct Sink {
    std::function<void(const Hypothesis&)> partial;
    // Answers pause number `pause`, exactly once each unless end() or `failed` came first. Errc::cancelled: a later
    // pause came before work on this one had begun, and will be answered; Errc::timeout, Errc::full: too much to do.
    std::function<void(std::uint32_t pause, Result<std::string> text)> transcript;
    std::function<void(const TurnSignal&)> turn = {};  // between begin and end only
    // The session can do no more, what is under way included (its connection has gone, its key is refused). Last.
    std::function<void(const Error&)> failed = {};
    Used used = {};
  };
  virtual ~Session() = default;  // drops what is under way
  virtual void begin() = 0;
  virtual void audio(std::span<const float> samples) = 0;
  virtual void pause(std::uint32_t pause) = 0;  // 1, 2, … within a turn
  virtual void end() = 0;
};

struct Traits {
  int rate = kRate;              // Hz of the audio it wants: 16000 or 8000
  bool continuous = false;       // hears all of the call, not only speech
  bool finds_turns = false;      // sends TurnSignals
  Duration usual_final = 300ms;  // from the pause to its transcript, 99 of 100: where learning begins
};

class Recognizer {
 public:
  virtual ~Recognizer() = default;
  virtual Traits traits() const { return {}; }
  // Callbacks come on the loop, never from inside a member. Any of the sink's functions may be empty, and any of them
  // may destroy the session.
  virtual std::unique_ptr<Session> open(net::Loop& loop, Session::Sink sink) = 0;
};

// Moonshine tiny, English, through sherpa-onnx; runs in the pool, which must outlive the recogniser and its sessions
// and go before the loops. Loading takes about a second.
struct MoonshineFiles {
  std::string encoder, decoder, tokens;
};
Result<std::unique_ptr<Recognizer>> load_moonshine(const MoonshineFiles& files, inference::Pool& pool);

}  // namespace offhook::stt

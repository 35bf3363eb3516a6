// One vendor's protocol of speech over WebSockets, as values: what to open, what to send, what an answer says. The
// sockets, deadlines and cancelling around it are context_voice.hpp's. Pure: no socket, no clock, no exceptions.
//
// A *context* is one clause under way. Some protocols carry many on a socket and name them, others one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/http.hpp"
#include "tts/pcm_stream.hpp"

namespace offhook::tts {

struct TimedText {
  std::string text;
  Duration end{};  // 0 to an hour
};

// One message of a service.
struct SpeechEvent {
  std::string context;              // whose it is; empty: the socket's, or that of its only context
  std::vector<std::uint8_t> sound;  // as Dialect::Format says
  std::vector<TimedText> words;     // said by then, from the beginning of the context's sound …
  bool letters = false;             // … or single letters, blanks included, from the beginning of this event's sound
  bool done = false;                // the context's last message
  std::optional<Error> error;       // of the context, if one is named, else of the socket
};

class Dialect {
 public:
  struct Format {
    Encoding encoding = Encoding::s16le;
    int rate = 8000;  // Hz
  };
  struct Traits {
    std::string name;          // "cartesia": to Sink::used, and in errors
    std::string key;           // Voice::key()
    std::string secret;        // cut out of every error
    std::size_t contexts = 1;  // at once on a socket
    std::size_t sockets = 1;   // at once; more clauses than both allow wait
    bool reusable = true;      // a socket takes another context when one is done
    bool spare = false;        // while clauses are spoken, one socket more than needed is open
    Duration idle = 4min;      // a socket that nobody needs for so long is closed
    Duration keep_alive{};     // > 0: after so long without a message keep_alive() is sent
  };
  virtual ~Dialect() = default;

  virtual const Traits& traits() const = 0;
  virtual Format format(int rate) const = 0;  // the best for who wants `rate`
  virtual std::string url(const Format& format) const = 0;
  virtual net::Headers headers() const = 0;
  // All messages that have `text` spoken and its end told. `text` is well-formed UTF-8.
  virtual std::vector<std::string> speak(std::string_view context, std::string_view text,
                                         const Format& format) const = 0;
  // Ends a context that nobody wants any more. Empty: nothing needs to be said, what still comes is dropped. None: the
  // protocol knows no such thing, and the socket is cut.
  virtual std::optional<std::string> cancel(std::string_view context) const { return std::nullopt; }
  virtual std::string keep_alive() const { return {}; }

  // A message that is not understood is an error and the end of the socket; one that does not matter is an empty event.
  virtual Result<SpeechEvent> read(std::string_view message) const = 0;
  virtual SpeechEvent read_binary(std::string_view bytes) const { return {}; }
};

// The lowest of `rates` (ascending) that loses nothing of `wanted`, else the highest.
constexpr int rate_of(int wanted, std::initializer_list<int> rates) {
  int best = 0;
  for (const int rate : rates)
    if (best < wanted) best = rate;
  return best;
}

// A base URL for a socket: http becomes ws, https wss; no slash at its end.
std::string socket_base(std::string_view url);
// Base64 of a message's sound. Errc::invalid.
Result<std::vector<std::uint8_t>> decode_sound(std::string_view base64);

}  // namespace offhook::tts

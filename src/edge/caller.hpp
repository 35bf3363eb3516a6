// The other end of a Twilio media stream: a caller who says recorded utterances, or what a microphone hears, waits for
// the agent's answers, interrupts one of them if told to, and measures what it hears. Speaks what a carrier speaks:
// connected, start, media every 20 ms, marks back, stop; honours clear.
//
//   greeting ─▶ listening ─▶ saying ─▶ waiting ─▶ listening ─▶ saying … ─▶ ending ─▶ over
//    ≤ 10 s      600 ms of             ≤ 12 s,     └ interrupt_after ──▶ saying, over the agent
//                silence               else missed
//
// A frame is sent at the beginning of the 20 ms that it holds, so its last sample ends 20 ms later. An utterance is
// padded at its front, so that it ends with a frame:
//
//   sent      ░▓▓│▓▓▓│▓▓▓│           ▓ the utterance, ░ padding
//                        └ said_to ──── v2v ────▶┌ the first audible message arrives (one before said_to is no answer)
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audio/wav.hpp"
#include "edge/call_events.hpp"
#include "edge/earpiece.hpp"
#include "edge/twilio_frames.hpp"
#include "net/http.hpp"
#include "net/loop.hpp"
#include "net/media_clock.hpp"

namespace offhook::edge {

using Utterance = std::vector<std::uint8_t>;  // 8 kHz µ-law, from its first audible sample to its last

// The left channel, resampled and trimmed. Errc::invalid where nothing in it is audible.
Result<Utterance> utterance_of(const audio::Wav& wav);

// Live speech, 8 kHz. Called on the loop, must not block.
class LiveVoice {
 public:
  enum class Took { frame, nothing_yet, ended, hung_up };  // ended: what is left of the agent's answer is still heard
  virtual ~LiveVoice() = default;
  virtual Took take(std::span<std::int16_t, Earpiece::kFrame> frame) = 0;
  // Before each take: what is heard in the same 20 ms; `cut`: the agent has just withdrawn what it had sent ahead.
  virtual void hear(std::span<const std::int16_t, Earpiece::kFrame>, bool cut, Time now) { (void)cut, (void)now; }
  virtual char key() { return 0; }  // behind each take: pressed now, one of 0-9*#A-D; 0: none
};

struct CallScript {
  std::string stream_sid, call_sid;
  std::vector<std::pair<std::string, std::string>> parameters;  // customParameters of start
  std::vector<Utterance> says;
  LiveVoice* live = nullptr;                // instead of says; outlives the caller
  bool greeting = true;                     // wait for one
  std::optional<Duration> interrupt_after;  // say the next utterance so long after an answer's first audible sample
  int interrupt_turn = 0;                   // … of this turn; 0: of the first answer that is still heard by then
  int interruptions = 1;                    // how often at most; never of an answer to an interruption
  Duration longest = 300s;                  // of the call
};

struct CallerPatience {
  Duration greeting = 10s;
  Duration answer = 12s;
  Duration silence = 600ms;   // behind the agent, before the caller speaks
  Duration talked_over = 3s;  // beyond an interruption's length: an agent still heard then has not been interrupted
};

// One utterance and what became of it.
struct CallerTurn {
  int number = 0;
  Time said_from{}, said_to{};       // first audible sample, end of the last
  bool over_agent = false;           // said as an interruption
  Time answered{};                   // where v2v is set: the first audible message's arrival
  std::optional<Duration> v2v;       // none: missed
  bool early = false;                // the agent was already speaking when the caller ended
  std::optional<Duration> barge_in;  // said_from to the end of the last audible sample of the agent, then heard no more
  bool talked_over = false;          // the agent did not let itself be interrupted
};

struct CallerOutcome {
  bool broken = false;    // by the line, not by either side's wish; or the script was not finished in time
  bool by_agent = false;  // it hung up
  std::string why;
};

// Home thread only. From its construction to `over` it is the socket's handler and the clock's listener.
class Caller final : private net::WebSocket::Handler, private net::MediaClock::Listener {
 public:
  using Beat = std::span<const std::int16_t, Earpiece::kFrame>;  // 20 ms
  struct Tell {
    std::function<void(Beat sent, Beat heard)> beat;  // may be empty
    std::function<void(CallerOutcome)> over;          // last; may destroy the caller
  };

  Caller(net::MediaClock& clock, std::shared_ptr<net::WebSocket> socket, CallScript script, Tell tell,
         CallerPatience patience = {});
  ~Caller() override;

  void hang_up(std::string_view why);     // stop, then close; `over` follows
  void overhear(const CallEvent& event);  // holds and flushes, where the agent's server tells them

  const std::vector<CallerTurn>& turns() const { return turns_; }
  const Earpiece& earpiece() const { return ear_; }
  std::uint64_t strange() const { return strange_; }            // messages dropped: no such event, or of another stream
  bool answered() const;                                        // at least once
  std::optional<Duration> greeted() const { return greeted_; }  // from `start` to the first audible message at all

 private:
  enum class Phase { greeting, listening, saying, waiting, live, ending, over };

  void on_text(std::string_view text) override;
  void on_binary(std::string_view) override { ++strange_; }
  void on_closed(bool clean, std::string_view why) override;
  void on_frame(Time now) override;

  void introduce();
  void take(const Media& media, Time now);
  void decide(Time now);
  void say_next(Time now, bool over_agent);
  CallerTurn& begin_turn(Time from, Time to);
  void answer(Time now, bool early);
  void watch_interruption(Time now);
  void agent_stopped(Time now);
  std::array<std::uint8_t, Earpiece::kFrame> next_frame(Time now);
  void send_media(std::span<const std::uint8_t> mulaw);
  void send_marks(const Earpiece::Marks& names);
  void send_key(char key);
  void send(std::string message);
  void end(Phase phase);
  bool says_left() const { return next_ < script_.says.size(); }

  net::Loop& loop_;
  net::MediaClock& clock_;
  const std::shared_ptr<net::WebSocket> socket_;
  const CallScript script_;
  const CallerPatience patience_;
  Tell tell_;
  net::Timer longest_;

  Phase phase_;
  const Time began_;
  std::optional<Duration> greeted_;
  Earpiece ear_;
  std::vector<CallerTurn> turns_;
  std::size_t next_ = 0;  // utterance to say
  Utterance saying_;      // padded at its front
  std::size_t said_ = 0;
  bool old_sound_ = false;                  // what is heard began before the utterance: it is no answer
  bool cut_ = false;                        // a clear that the live voice has not been told of
  int interruptions_ = 0;                   // made
  std::optional<Time> interrupting_until_;  // watched: does the agent fall silent?
  Time spoke_until_{};                      // live: end of the caller's last audible frame
  int spoke_frames_ = 0;                    // … audible ones that have not been answered
  CallerOutcome outcome_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // expired: `over` comes too late

  std::minstd_rand random_{1};
  std::int64_t sequence_ = 1, chunk_ = 0;
  std::uint64_t strange_ = 0;
};

}  // namespace offhook::edge

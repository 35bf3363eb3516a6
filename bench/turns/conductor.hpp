// When a caller says what, in one case of the benchmark. Pure: asked at each beat, with all that was heard before it.
//
//   settle     the agent has been silent for 1.2 s (before the first case of a call: has greeted)
//   say        the utterance
//   wait       for the agent's first sound behind it, else the turn is missed
//   speak      … the agent goes on for `over_after`; then, while it is heard, what is said or heard over it
//   watch      what becomes of it
//   let end    until the agent is silent: the next case finds it as this one did
#pragma once

#include <memory>
#include <optional>

#include "turns/sound_map.hpp"

namespace offhook::turns {

// A recording and where in it something happens, as samples of it.
struct Clip {
  std::shared_ptr<const Sound> sound;  // none: nothing is sent, for so long
  Samples first = 0, last = 0;         // audible: [first, last)
  std::optional<Samples> pause;        // begins here
};

struct CaseScript {
  Clip say;
  std::optional<Clip> over;  // the agent's answer
  Duration over_after = 2s;
  Duration answer = 12s;      // waited for so long
  Duration watch = 3s;        // behind `over`
  Duration silence = 1200ms;  // behind the agent, after which it has ended
};

struct ConductorPatience {
  Duration settle = 1200ms;
  Duration settle_most = 60s, let_end = 60s;  // an agent that never ends is left speaking
};

// Positions of the caller's stream.
struct CaseTimes {
  Samples began = 0;                          // settled
  std::optional<Samples> said_from, said_to;  // audible
  std::optional<Samples> pause;
  std::optional<Samples> answered;
  std::optional<Samples> over_from, over_to;
  Samples over = 0;  // the case
};

class Conductor {
 public:
  Conductor(CaseScript script, Samples begins, ConductorPatience patience = {});

  // The beat that begins at `now` is to be sent: what begins with it, if anything.
  const Clip* step(Samples now, const SoundMap& heard);
  bool over() const { return phase_ == Phase::over; }
  const CaseTimes& times() const { return times_; }

 private:
  enum class Phase { settle, say, wait, speak, watch, let_end, over };
  bool silent(Samples now, const SoundMap& heard, Duration length) const;
  void go(Phase phase, Samples now) { phase_ = phase, since_ = now; }

  const CaseScript script_;
  const ConductorPatience patience_;
  Phase phase_ = Phase::settle;
  Samples since_;
  CaseTimes times_;
};

// The beginning of a call: has the agent greeted, or will it not?
class Greeting {
 public:
  explicit Greeting(Duration patience) : patience_(samples_of(patience)) {}
  bool over(Samples now, const SoundMap& heard) const { return now >= patience_ || heard.audible(0, now); }

 private:
  Samples patience_;
};

}  // namespace offhook::turns

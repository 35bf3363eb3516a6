// Did the agent cut in, and how long did the caller wait? Told from a call's own log, without anybody's labels: what
// was heard behind the moment at which a turn was taken shows whether the caller had finished.
//
//   caller  ──████████████────────██████████──────────     two stretches of speech
//   taken            ▲         ▲                  ▲
//                    │ cut-in  │ cut-in           │ its wait: from the end of the last stretch
//                      mid-      the next begins
//                      speech    within 1.2 s
//
// A turn taken at T is a *cut-in* if the caller spoke on: the stretch under way lasts 200 ms longer, or another of at
// least 200 ms begins within 1.2 s of T or, if that is later, of the moment at which the recorded call took the turn:
// so an earlier T never counts as less of a cut-in. It is none if that stretch had no words in it or was a backchannel,
// where the log tells, or if it began when the recorded answer had been audible for 500 ms: it may be a reaction to
// that. (To hear, understand and begin to speak takes people 200 ms at the very least, and 500 ms as a rule.) A *wait*
// is the time from the caller's last sample of speech to T, of turns that are no cut-ins. SpeechTrack is what the
// settings of the recorded call take for speech, whatever settings are being tried.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "call/state.hpp"

namespace offhook::call {

struct Stretch {
  Time from{}, to{};
  Duration spoken{};  // without the pauses in it that were too short to be noticed
  Sample upto = 0;    // its end in the caller's stream
  bool words = true;  // as far as is known
};

// When the recorded call took the turn, and its answer's first sound.
struct Answered {
  Time taken{};
  std::optional<Time> audible;
  Utterance utterance = 0;
};

struct Taken {  // a turn of the caller became the agent's
  int turn = 0;
  Time at{};
  Duration wait{};
  bool cut_in = false;
  std::string why;
};

// Collects the stretches of a call as it is stepped through.
class SpeechTrack {
 public:
  // `event` as the state has just been stepped with, at `now`.
  void saw(const State& state, const Event& event, Time now);
  void finish();  // the log is over

  // Once it is over. `recorded`: what was made of this turn. SpeechTrack that began at `until` or later is not counted.
  Taken judged(int turn, Time at, std::string why, const std::optional<Answered>& recorded,
               Time until = Time::max()) const;
  const std::vector<Stretch>& stretches() const { return stretches_; }
  bool speaking() const { return open_; }

 private:
  struct Text {
    Utterance utterance = 0;
    Sample upto = 0;
    std::string words;
  };
  void learn_words();

  std::vector<Stretch> stretches_;  // in order
  // The latest `from` and `to` of each stretch and those before it: in order even where a broken log's are not.
  std::vector<Time> latest_from_, latest_to_;
  bool open_ = false;  // the last is under way
  std::vector<Text> texts_;
  Sample slack_ = 0;
  Time heard_{};
};

}  // namespace offhook::call

// Speech over the agent: is it an interruption? Asked again with every window, word and moment until there is an
// answer.
//
//   caller   ───────█████████████──────────        ───────██████────────────
//   agent    ██████████┐                           ██████████┐      ┌███████
//                      hold      flush                       hold   resume
//                                words, or 400 ms of it             "mm-hm", a cough, noise
#pragma once

#include <string>

#include "call/state.hpp"

namespace offhook::call {

struct Verdict {
  enum class Kind { wait, flush, dismiss };
  Kind kind = Kind::wait;
  std::string why;
};
// Of the floor's turn, whose overlap with the reply is undecided, or was dismissed: words may still change that.
Verdict judge_overlap(const Floor::Turn& turn, const State& all, Time now);

// An undecided overlap is dismissed or won by then. Time::max(): only its pause decides.
Time judge_by(const Floor::Turn& turn, const Settings& settings);

// Speech that begins with the agent's first sound in the call, so late as an echo comes, before there was enough of it
// to know: it may be either, and until that shows the agent goes on. Held at the echo of its first word, it would never
// say enough to be told from a caller.
//
//   agent    Bluebird Dental, how can I help?
//   line        bluebird dental, how can I ···
//               └ speech                 └ known to be an echo, or the agent is held now
bool may_be_first_echo(const Floor::Turn& turn, const State& all);
Time echo_known_by(const Floor::Turn& turn, const State& all);  // min: it is, or need not be

// After a hold for nothing, sound holds again only when it is 6 dB louder; after two in 10 s, only with words. A voice
// that is far quieter than the caller's does not hold at all.
bool worth_holding(const State& all, Time now);

// Quieter than this caller ever is: somebody else in the room, or a television. Their words are not the caller's.
bool far_away(const Floor::Turn& turn, const State& all);

// The caller has the word on these terms at all.
bool interruptible(const State& all);

}  // namespace offhook::call

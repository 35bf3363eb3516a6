// What of a step the caller can notice: the turn is taken or let go, the agent holds, goes on, stops, prompts, ends the
// call. Two runs of one call are in one world as long as their moves are the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "call/conversation.hpp"

namespace offhook::call {

struct Move {
  enum class Kind { taken, let_go, held, resumed, stopped, prompted, ended };
  Kind kind = Kind::taken;
  Time at{};
  std::string why;
};
std::string_view name(Move::Kind kind);

struct Moves {
  Actions actions;  // all of the step's
  std::vector<Move> list;
};
// Steps, and tells the moves in it.
Moves step_and_tell(State& state, const Event& event, Time now);

// How often in a run. A stop is empty if its turn had no words, or nothing but a backchannel.
struct Tally {
  int held = 0, resumed = 0, stopped = 0, empty_stops = 0, prompted = 0;
};
class Counter {
 public:
  // `state` after the step that made these moves, `words` of its turn before it.
  void saw(const std::vector<Move>& moves, const std::string& words);
  void forget_turn() { stopped_ = false; }
  const Tally& tally() const { return tally_; }

 private:
  Tally tally_;
  bool stopped_ = false;  // in the turn under way
};

}  // namespace offhook::call

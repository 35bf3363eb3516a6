// What would other settings have done in a call? The recorded settings and the changed ones step side by side through
// what was heard. Where a move differs (move.hpp) their worlds part, and what the log has from there on, the answer's
// words and its sound, belongs to the recorded one alone: of the changed run only this turn is followed to its end, on
// what the caller's side has to tell. Then it takes up the recorded state again, for the next turn.
//
//   caller    ─████████────████████─────────────────████████───
//   recorded            taken (cut in) …        taken
//   changed   ═══════════════╗                        ╔══════════    ═ in step
//                            ╚── waits ────────── taken┘
//
// Told of each turn in which the worlds part: the first move that differs, on both sides, and what became of the turn.
//
// What the log cannot know is said, and the turn counted as uncertain: the transcript of a pause that was no pause in
// the recorded call; the turn model's verdict at a moment when it was not asked, if it could have changed the wait (the
// nearest one of that pause stands in for it); a turn in which the caller goes on where the recorded one had ended (its
// transcript is put together from both).
#pragma once

#include <string>
#include <vector>

#include "call/past_call.hpp"

namespace offhook::call {

struct Difference {
  int turn = 0;                           // as the recorded call counts them; the next one, if none was under way
  std::optional<Move> recorded, changed;  // the first since they parted; none: there was none
  std::vector<Taken> recorded_turns, changed_turns;
  std::vector<std::string> not_known;

  int cut_ins() const;  // more, or fewer, than recorded
};

struct WhatIf {
  std::vector<Difference> differences;
  std::vector<Taken> turns;  // with the changed settings
  Tally tally;
  int uncertain = 0;  // turns, with or without a difference
};

// Pure. An error if the log's words are masked and a changed setting is a rule about words.
Result<WhatIf> what_if(const PastCall& call, const Settings& changed);

// The names of the settings in which two differ.
std::vector<std::string> differing(Settings a, Settings b);

}  // namespace offhook::call

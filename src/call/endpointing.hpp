// How long to wait after the caller's last speech before the word is the agent's: a curve from probability to time,
// bent by what the words say, by what the agent has asked for and by how this caller pauses. Never earlier than
// min_delay, never later than max_delay.
//
//   wait = min_delay + (max_delay - min_delay) * (1 - p)^3 * eagerness * pace
//
// p 0.9 → 0.30 s · 0.7 → 0.37 s · 0.5 → 0.64 s · 0.3 → 1.2 s · 0.1 → 2.3 s (with 0.3 s and 3 s)
#pragma once

#include <string>
#include <string_view>

#include "call/settings.hpp"
#include "dialog/entities.hpp"

namespace offhook::call {

// What is known of a pause when its length is weighed.
struct Evidence {
  int permille = -1;  // the turn model's probability that the turn is complete; -1: there is none
  std::string_view words;
  dialog::Expects expects = dialog::Expects::none;  // what the agent has asked for
  Duration pace{-1};                                // of this caller's pauses in mid-turn; below 0: nothing yet
  int word_permille = -1;  // the language model's probability that a message ends behind the words; -1: there is none
};

// Nothing else is known by the words: the language model's view of them would bend the wait.
bool words_leave_open(const Evidence& evidence);

Duration endpoint_wait(const Settings& settings, const Evidence& evidence);

// "turn p=0.31, half a phone number, waits 2.13 s"
std::string endpoint_why(const Settings& settings, const Evidence& evidence);

// Follows the pauses after which a caller went on: one more of them, of `length`. `known` below 0: nothing yet. One
// below min_delay teaches nothing: however the caller speaks, it could not have been taken for an end.
Duration learn_pace(const Settings& settings, Duration known, Duration length);

// How long after the notice of a pause its transcript is waited for: with words in hand (a partial's) twice as long as
// it has been known to take, without any at least until a caller would wonder. `known`: as learn_lateness() has it.
Duration words_wait(const Settings& settings, std::string_view words, Duration known);

// Follows what nine of ten transcripts keep: up quickly, down slowly. `known` below 0: nothing yet.
Duration learn_lateness(const Settings& settings, Duration known, Duration late);

}  // namespace offhook::call

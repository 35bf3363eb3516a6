// An event log, told as what happened: when the caller spoke, what was thought about it, what was decided and why. Only
// what the log says, in its own reasons: nothing is decided again, so a log with masked words is told as well, and what
// a later version has written stands under the name that it gave it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "call/record.hpp"

namespace offhook::call {

// Times are on the call's clock. Text is one line of well-formed UTF-8 without controls, and of a bounded length.
struct Story {
  static constexpr Duration kNever = Duration(-1);

  struct Window {
    Duration at;
    int speech, level, echo;
  };
  struct Pause {
    Duration from, noticed;   // after the caller's last sound
    Duration until = kNever;  // the caller goes on; never: the turn ended with it
  };
  struct Score {
    Duration at;
    int permille;  // -1: it failed
  };
  struct Words {
    Duration at;
    std::string text;
    bool partial;
  };
  struct Utterance {
    Duration began{}, over = kNever;
    std::vector<Pause> pauses;
    std::vector<Score> scores;
    std::vector<Words> words;
    int turn = 0;  // that it became; 0: it was let go
  };
  struct Clause {
    int number = 0;
    Duration ordered{}, begun = kNever, ready = kNever, sound{};
    std::string text;
    bool failed = false;
  };
  struct Hold {
    Duration from, until = kNever;
    bool resumed = false;
  };
  struct Reply {
    Duration asked = kNever, first_token = kNever, done = kNever;  // never asked: the engine's own words
    bool speculative = false, failed = false;
    Duration released = kNever, audible = kNever, over = kNever;
    bool cut = false;
    std::vector<Clause> clauses;
    std::vector<Hold> holds;
  };
  struct Part {
    const char* name;
    std::int64_t us;
  };
  struct Turn {
    Duration began{}, until{};  // its last moment: the next turn begins behind it
    Duration speech_end{}, taken{};
    std::string words, why;
    Duration audible = kNever;  // with it come …
    std::int64_t v2v_us = 0;
    std::vector<Part> parts;  // … the waterfall, parts of 0 left out
    std::string how;          // prepared or asked
    bool adds_up = true;
  };
  enum class Who { line, caller, hears, turn, mind, tool, voice, agent, other };
  struct Moment {
    Duration at{};
    Who who = Who::other;
    std::string text;
    std::string flag;  // a decision in a word, and why; empty: something that happened
  };

  Head head;
  Duration length{};
  std::string end;  // why; empty: the log breaks off
  std::vector<Window> windows;
  std::map<call::Utterance, Utterance> utterances;
  std::map<Generation, Reply> replies;
  std::vector<Turn> turns;      // turn n is turns[n - 1]
  std::vector<Moment> moments;  // by time
  int speculations = 0, wasted = 0, interruptions = 0, failures = 0;
  std::size_t not_understood = 0;  // lines, and …
  std::string first_of_them;       // … "line 17: …"
};

const char* name(Story::Who who);

// The first of the moments at `at` or later.
std::vector<Story::Moment>::const_iterator moments_from(const Story& story, Duration at);

// Errc::invalid only if it does not begin as an event log does, Errc::full if it is longer than any call. What of it
// cannot be read is counted.
Result<Story> read_story(std::istream& log);

// The middle one of them, the lower of two; zero of none.
Duration median(std::vector<Duration> durations);
// Of those that resumed.
std::vector<Duration> hitches(const Story& story);

}  // namespace offhook::call

// Every number that decides how a conversation behaves, with its unit and its reason. One value type: it stands in the
// head of each event log, so that a replay needs nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "call/flow.hpp"

namespace offhook::call {

enum class Interruptions { hold, immediate, never };
enum class Mute { none, greeting, tools, always };  // the caller is not heard: always is while the agent speaks
enum class Owner { offhook, stt };                  // who finds the end of a turn
enum class Rule { curve, threshold };               // how the turn model's probability becomes a wait
enum class Effect { none, idempotent, once };

// go_to and note are a flow's own: no file names them.
enum class Builtin { none, end_call, send_digits, collect, wait, remember, go_to, note };

struct ToolSettings {
  std::string name;
  Effect effect = Effect::once;  // what calling it does to the world: none may run before the commit
  std::int64_t timeout_us = 10'000'000;
  bool interruptible = false;  // the caller's next words cancel it
  std::string say = {};        // said before it runs, where the model has said nothing
  Builtin builtin = Builtin::none;
  bool progress = false;  // what it tells of its progress is said, while the caller waits
  template <class V>
  void visit(V&& v) {
    v("name", name), v("effect", effect), v("timeout_us", timeout_us), v("interruptible", interruptible), v("say", say),
        v("builtin", builtin), v("progress", progress);
  }
};

struct Settings {
  // ---- hearing
  int rate = 8000;            // Hz of the wire: positions are counted in it
  int speech_start = 128;     // of 255: a window at or above it may begin speech
  int speech_keep = 90;       // speech goes on at or above it (hysteresis, 0.35)
  int start_windows = 2;      // 64 ms: "yes" counts from 100 ms of speech
  int overlap_windows = 3;    // 96 ms over the agent's own voice, where a false start costs a hitch
  Duration vad_stop = 96ms;   // silence until a pause is noticed
  Duration run_up = 300ms;    // sound before the first speech window that the recogniser gets too
  Duration no_sound = 500ms;  // no windows for so long while the caller speaks: a pause, the line is stuttering
  Duration vanished = 10s;    // no windows at all for so long: the caller is gone
  // So long after the agent's first sound in a call it may not be known yet whether the line brings it back; 0: it does
  // not.
  Duration first_echo = 1800ms;
  int echo_most = 200;  // of 255: a window that the agent's own voice explains so far is no speech of the caller

  // ---- end of turn
  Owner owner = Owner::offhook;          // stt: the recogniser's own signals, where it sends any
  bool detector = true;                  // ask the turn model
  bool word_scorer = false;              // ask the language model about the words
  Rule rule = Rule::curve;               // threshold: at or above it the turn is over, below it max_delay decides
  int threshold = 500;                   // of 1000
  bool adaptive = true;                  // the wait follows this caller's own pauses
  bool speculate = true;                 // think and prepare the first clause while the turn is not decided
  Duration min_delay = 300ms;            // from the last speech to the earliest commit
  Duration max_delay = 3s;               // … and to the latest
  int eagerness_percent = 100;           // scales what the wait has above min_delay: 60 eager, 160 patient
  Duration score_patience = 400ms;       // a verdict of the turn model that comes later is not waited for
  Duration word_score_patience = 200ms;  // the language model's answer that takes longer is not waited for
  Duration words_patience = 2500ms;      // a transcript that comes later than this after the pause is not waited for
  Duration words_usual = 300ms;          // within which this recogniser's come, 99 of 100: where learning begins
  Duration wordless = 1200ms;            // a voice without words: something is said about it by then
  int speculations = 4;                  // answers prepared for different words, a turn

  // ---- interruptions
  Interruptions interruptions = Interruptions::hold;
  int min_words = 0;              // fewer do not interrupt
  Duration min_duration = 200ms;  // less speech without words does not interrupt
  Duration judge = 400ms;         // a hold is judged within
  Duration judge_words = 600ms;   // … or within this, where a transcript is on its way; longer would be a stop
  Duration tail = 500ms;          // words that begin so near the end of a reply answer it, and do not interrupt it
  int far_voice = 10;             // dB below this caller's usual level: somebody else, or a television
  Mute mute = Mute::none;

  // ---- patience
  Duration idle = 15s;
  int idle_prompts = 1;          // asked so often before the goodbye
  Duration filler{};             // no answer so long after the caller's last word: a filler; 0: never
  Duration filler_gain = 300ms;  // an answer that is nearer than this needs none
  Duration longest_call = 30min;
  Duration longest_turn = 60s;
  Duration mind_patience = 5s;      // to the first word of an answer
  Duration voice_patience = 5s;     // from a clause's order to its sound
  Duration goodbye_patience = 12s;  // a goodbye that is not over by then is cut
  int failures = 3;                 // in a row, of mind or voice, …
  Duration failing = 15s;           // … and for so long since the first of them: the call ends politely
  int tool_steps = 3;               // a turn
  Duration tool_filler = 2500ms;    // of silence while a tool runs: a word about it, …
  Duration tool_filler_again = 8s;  // … and again
  std::int64_t budget_micros = 0;   // what a call may cost, in millionths of the price file's currency; 0: anything

  // ---- what the model is told of the call
  int summarize_tokens = 0;  // beyond so many since the last summary another is made, in the background; 0: never
  int summarize_keep = 6;    // turns of the caller that are told as they were said all the same

  // ---- words
  std::string greeting;  // empty: the caller speaks first
  std::string idle_text = "Are you still there?";
  std::string goodbye_text = "Goodbye.";
  std::string apology_text = "Sorry, I didn't get that. Could you say it again?";
  std::string failure_text = "I'm sorry, I'm having trouble right now. Please call again later. Goodbye.";
  std::string tool_text = "One moment, please.";  // while a tool takes long; empty: nothing
  std::vector<ToolSettings> tools;
  Flow flow;

  template <class V>
  void visit(V&& v) {
    v("rate", rate), v("speech_start", speech_start), v("speech_keep", speech_keep), v("start_windows", start_windows),
        v("overlap_windows", overlap_windows), v("vad_stop", vad_stop), v("run_up", run_up), v("no_sound", no_sound),
        v("vanished", vanished), v("first_echo", first_echo), v("echo_most", echo_most), v("owner", owner),
        v("detector", detector), v("word_scorer", word_scorer), v("rule", rule), v("threshold", threshold),
        v("adaptive", adaptive), v("speculate", speculate), v("min_delay", min_delay), v("max_delay", max_delay),
        v("eagerness_percent", eagerness_percent), v("score_patience", score_patience),
        v("word_score_patience", word_score_patience), v("words_patience", words_patience),
        v("words_usual", words_usual), v("wordless", wordless), v("speculations", speculations),
        v("interruptions", interruptions), v("min_words", min_words), v("min_duration", min_duration),
        v("judge", judge), v("judge_words", judge_words), v("tail", tail), v("far_voice", far_voice), v("mute", mute),
        v("idle", idle), v("idle_prompts", idle_prompts), v("filler", filler), v("filler_gain", filler_gain),
        v("longest_call", longest_call), v("longest_turn", longest_turn), v("mind_patience", mind_patience),
        v("voice_patience", voice_patience), v("goodbye_patience", goodbye_patience), v("failures", failures),
        v("failing", failing), v("tool_steps", tool_steps), v("tool_filler", tool_filler),
        v("tool_filler_again", tool_filler_again), v("budget_micros", budget_micros),
        v("summarize_tokens", summarize_tokens), v("summarize_keep", summarize_keep), v("greeting", greeting),
        v("idle_text", idle_text), v("goodbye_text", goodbye_text), v("apology_text", apology_text),
        v("failure_text", failure_text), v("tool_text", tool_text), v("tools", tools), v("flow", flow);
  }
};

}  // namespace offhook::call

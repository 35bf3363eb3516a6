// What happens in a call, as the conversation is told it. Facts only: no sound, no sockets. Every event is written to
// the event log with its time; replaying them takes the same decisions again.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "dialog/entities.hpp"

namespace offhook::call {

using Sample = std::int64_t;       // position in a stream at the wire's rate
using Generation = std::uint32_t;  // which reply: every token, clause and sample carries it; stale ones are dropped
using Utterance = std::uint32_t;   // which turn of the caller

// Each event and action names itself and its fields once (`visit`), for the log and for replay.
namespace event {

// ---- line
struct Answered {  // the line is up; sound may flow
  static constexpr const char* kName = "answered";
  template <class V>
  void visit(V&&) {}
  friend bool operator==(const Answered&, const Answered&) = default;
};
struct HungUp {  // the edge has closed
  static constexpr const char* kName = "hung_up";
  std::string why;
  Sample heard = 0;  // of the reply under way, as Flushed would have said
  template <class V>
  void visit(V&& v) {
    v("why", why), v("heard", heard);
  }
  friend bool operator==(const HungUp&, const HungUp&) = default;
};
struct Digit {
  static constexpr const char* kName = "digit";
  std::string digit;
  template <class V>
  void visit(V&& v) {
    v("digit", digit);
  }
  friend bool operator==(const Digit&, const Digit&) = default;
};
struct EndRequested {  // the server wants the call over (drain): goodbye, then hang up
  static constexpr const char* kName = "end_requested";
  std::string why;
  template <class V>
  void visit(V&& v) {
    v("why", why);
  }
  friend bool operator==(const EndRequested&, const EndRequested&) = default;
};
struct Spent {  // what the call has cost so far; told where there is a budget
  static constexpr const char* kName = "spent";
  std::int64_t micros = 0;  // millionths of the price file's currency
  template <class V>
  void visit(V&& v) {
    v("micros", micros);
  }
  friend bool operator==(const Spent&, const Spent&) = default;
};
struct Tick {  // time passed; late or extra ones are harmless
  static constexpr const char* kName = "tick";
  template <class V>
  void visit(V&&) {}
  friend bool operator==(const Tick&, const Tick&) = default;
};

// ---- ears
struct Window {  // 32 ms of the caller's sound, judged
  static constexpr const char* kName = "window";
  int speech = 0;  // probability of speech, 0..255
  int level = 0;   // dB below full scale, 0 (loud) .. 127 (silence)
  Sample end = 0;  // position of the window's end in the caller's stream
  int echo = 0;    // how much of it the agent's own voice explains, 0 (nothing) .. 255 (all of it)
  template <class V>
  void visit(V&& v) {
    v("speech", speech), v("level", level), v("end", end), v("echo", echo);
  }
  friend bool operator==(const Window&, const Window&) = default;
};
struct Partial {  // the caller's turn so far, while it goes on
  static constexpr const char* kName = "partial";
  Utterance utterance = 0;
  std::string text;
  int stable_words = 0;
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("text", text), v("stable", stable_words);
  }
  friend bool operator==(const Partial&, const Partial&) = default;
};
struct Transcript {  // the caller's turn up to a position, as good as it will get
  static constexpr const char* kName = "transcript";
  Utterance utterance = 0;
  Sample upto = 0;
  std::string text;
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("upto", upto), v("text", text);
  }
  friend bool operator==(const Transcript&, const Transcript&) = default;
};
struct TranscriptFailed {
  static constexpr const char* kName = "transcript_failed";
  Utterance utterance = 0;
  Sample upto = 0;
  std::string why;
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("upto", upto), v("why", why);
  }
  friend bool operator==(const TranscriptFailed&, const TranscriptFailed&) = default;
};
struct TurnSignalled {  // the recogniser's own judgement of the turn, where it finds turns
  static constexpr const char* kName = "turn_signalled";
  enum class Kind { eager, resumed, ended };
  Utterance utterance = 0;
  Kind kind = Kind::ended;
  std::string text;
  int permille = -1;  // its confidence
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("kind", kind), v("text", text), v("permille", permille);
  }
  friend bool operator==(const TurnSignalled&, const TurnSignalled&) = default;
};
struct TurnScored {  // the turn model's probability that the turn up to a position is complete
  static constexpr const char* kName = "turn_scored";
  Utterance utterance = 0;
  Sample upto = 0;
  int permille = 0;  // -1: it failed
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("upto", upto), v("permille", permille);
  }
  friend bool operator==(const TurnScored&, const TurnScored&) = default;
};

struct WordsScored {  // the language model's probability that a message ends behind the words asked about
  static constexpr const char* kName = "words_scored";
  Utterance utterance = 0;
  Sample upto = 0;   // as ScoreWords had it
  int permille = 0;  // -1: it failed
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("upto", upto), v("permille", permille);
  }
  friend bool operator==(const WordsScored&, const WordsScored&) = default;
};

struct Expecting {  // a tool or a flow says what the caller is to tell next
  static constexpr const char* kName = "expecting";
  dialog::Expects what = dialog::Expects::none;
  template <class V>
  void visit(V&& v) {
    v("what", what);
  }
  friend bool operator==(const Expecting&, const Expecting&) = default;
};

// ---- mind
struct Token {
  static constexpr const char* kName = "token";
  Generation generation = 0;
  std::string text;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("text", text);
  }
  friend bool operator==(const Token&, const Token&) = default;
};
struct ToolAsked {
  static constexpr const char* kName = "tool_asked";
  Generation generation = 0;
  std::string id, tool, arguments;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("id", id), v("tool", tool), v("arguments", arguments);
  }
  friend bool operator==(const ToolAsked&, const ToolAsked&) = default;
};
struct MindDone {
  static constexpr const char* kName = "mind_done";
  Generation generation = 0;
  std::string finish;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("finish", finish);
  }
  friend bool operator==(const MindDone&, const MindDone&) = default;
};
struct MindFailed {
  static constexpr const char* kName = "mind_failed";
  Generation generation = 0;
  std::string why;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("why", why);
  }
  friend bool operator==(const MindFailed&, const MindFailed&) = default;
};
struct ToolReturned {
  static constexpr const char* kName = "tool_returned";
  std::string id;
  bool ok = true;
  std::string text;  // for the model; of a failure, one sentence without anything internal
  template <class V>
  void visit(V&& v) {
    v("id", id), v("ok", ok), v("text", text);
  }
  friend bool operator==(const ToolReturned&, const ToolReturned&) = default;
};

struct ToolProgress {  // of one that runs, in its own words
  static constexpr const char* kName = "tool_progress";
  std::string id, text;
  template <class V>
  void visit(V&& v) {
    v("id", id), v("text", text);
  }
  friend bool operator==(const ToolProgress&, const ToolProgress&) = default;
};
struct Summarized {  // answers Summarize
  static constexpr const char* kName = "summarized";
  std::int64_t upto = 0;
  std::string text;  // empty: it failed
  template <class V>
  void visit(V&& v) {
    v("upto", upto), v("text", text);
  }
  friend bool operator==(const Summarized&, const Summarized&) = default;
};

// ---- mouth
struct ClauseBegun {  // its first sound is here; how long it will be is not known yet
  static constexpr const char* kName = "clause_begun";
  Generation generation = 0;
  int clause = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("clause", clause);
  }
  friend bool operator==(const ClauseBegun&, const ClauseBegun&) = default;
};
struct ClauseSaid {  // by its sample `upto` the first `bytes` bytes of it have been said: some voices tell
  static constexpr const char* kName = "clause_said";
  Generation generation = 0;
  int clause = 0;
  int bytes = 0;
  Sample upto = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("clause", clause), v("bytes", bytes), v("upto", upto);
  }
  friend bool operator==(const ClauseSaid&, const ClauseSaid&) = default;
};
struct ClauseReady {  // wholly synthesized; 0 samples: it could not be spoken; with `why`: its voice broke off
  static constexpr const char* kName = "clause_ready";
  Generation generation = 0;
  int clause = 0;
  Sample samples = 0;
  std::string why;  // of a failure
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("clause", clause), v("samples", samples), v("why", why);
  }
  friend bool operator==(const ClauseReady&, const ClauseReady&) = default;
};
struct Audible {  // the reply's first audible sample has left for the caller
  static constexpr const char* kName = "audible";
  Generation generation = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation);
  }
  friend bool operator==(const Audible&, const Audible&) = default;
};
struct Flushed {  // answers Flush: this much of the reply was heard
  static constexpr const char* kName = "flushed";
  Generation generation = 0;
  Sample heard = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("heard", heard);
  }
  friend bool operator==(const Flushed&, const Flushed&) = default;
};
struct Drained {  // all of the reply was heard
  static constexpr const char* kName = "drained";
  Generation generation = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation);
  }
  friend bool operator==(const Drained&, const Drained&) = default;
};

}  // namespace event

using Event = std::variant<event::Answered, event::HungUp, event::Digit, event::EndRequested, event::Spent, event::Tick,
                           event::Window, event::Partial, event::Transcript, event::TranscriptFailed,
                           event::TurnSignalled, event::TurnScored, event::WordsScored, event::Expecting, event::Token,
                           event::ToolAsked, event::MindDone, event::MindFailed, event::ToolReturned,
                           event::ToolProgress, event::Summarized, event::ClauseBegun, event::ClauseSaid,
                           event::ClauseReady, event::Audible, event::Flushed, event::Drained>;

}  // namespace offhook::call

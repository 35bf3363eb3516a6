// The state of a conversation: one value of six machines. Each machine owns its part; it sees the others read-only,
// the event and now, and leaves its decisions for the machines behind it in the same step.
//
//     event ─▶ floor ─▶ patience ─▶ line ─▶ flow ─▶ task ─▶ (flow) ─▶ reply ─▶ actions
//              who has  limits,     up or   where in  context          what is said,
//              the word failures    ending  its plan  + tools          held, cut
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "call/action.hpp"
#include "call/event.hpp"
#include "call/heard.hpp"
#include "call/settings.hpp"
#include "call/speech.hpp"
#include "dialog/clauses.hpp"
#include "dialog/context.hpp"
#include "dialog/entities.hpp"

namespace offhook::call {

// When things happened in a turn; what the waterfall is made of.
struct TurnTimes {
  int number = 0;
  Time speech_end{};  // the caller's last audible sample
  Time noticed{};     // … and when we knew that it was the last
  Time words{};       // the transcript came
  Time decided{};     // committed
};

// ---- line: is the call up?
struct LineState {
  enum class Phase { ringing, up, ending, ended };
  Phase phase = Phase::ringing;
  Time answered_at{};
  Time last_sound{};   // the last window came
  Deadline end_by;     // ending: the goodbye is cut here
  Deadline closed_by;  // hung up: if the edge does not say so by then, the call is over all the same
};

// ---- floor: who has the word?
struct Floor {
  // What an overlap with the agent's voice has been judged to be.
  enum class Overlap { none, undecided, dismissed, won };
  struct Turn {
    Utterance utterance = 0;
    Sample start = 0;
    Time started_at{};
    bool paused = false;
    Sample speech_end = 0;
    Time speech_end_at{}, noticed_at{};
    Duration spoken{};          // speech in it, without its pauses
    std::string words;          // the best transcript so far
    int words_stable = 0;       // … and by how many of them the recogniser stands: by all of a transcript's
    Sample words_upto = 0;      // … of a transcript: how far it reaches
    bool words_final = false;   // … covers all speech
    bool words_failed = false;  // the recogniser gave up on this pause
    Time words_at{};
    int permille = -1;            // the turn model's verdict on this pause, -1: none yet
    bool score_due = false;       // … is on its way
    int scores = 0;               // times of this pause at which it was asked, or need not be
    int word_permille = -1;       // the language model's that a message ends behind `scored_words`; -1: none yet
    std::string scored_words;     // … which it was asked about last, …
    Sample scored_upto = -1;      // … at this position, …
    Time word_score_by{};         // … and is waited for until then
    bool word_score_due = false;  // it has not answered
    int word_scores = 0;          // asked in this turn
    bool signalled = false;       // the recogniser says that the turn is over
    Duration wait{};              // from the last speech to the end of the turn, by what is known
    Overlap overlap = Overlap::none;
    Time overlap_at{};
    bool first_echo = false;   // it began where the first echo of the agent's first sound would
    bool needs_words = false;  // this noise has held the agent for nothing before
    bool empty_hold = false;   // … and is counted among them
    bool tail = false;         // it began in the last moments of a reply: it answers that
    bool excused = false;      // its words are late: an apology has been said, and they are waited for all the same
    bool over = false;         // the longest turn: nothing but its words is waited for
    int level = 127;           // the loudest window, dB below full scale
    std::string prepared;      // the words that an answer was speculated for last …
    int preparations = 0;      // … and for how many different ones
  };
  Speech speech;
  std::optional<Turn> turn;
  Utterance utterances = 0;
  int turns = 0;  // committed
  // What has been learnt of this recogniser.
  Duration words_late{-1};  // from the notice of a pause to its transcript, nine of ten; -1: nothing yet
  bool finds_turns = true;  // it signals the ends of turns; believed until one has passed without
  // What has been learnt of this caller.
  Duration pace{-1};     // their pauses in mid-turn, on average; -1: none yet
  int usual_level = -1;  // the loudest window of their turns, dB below full scale; -1: none yet
  // What the agent waits to be told.
  dialog::Expects expects = dialog::Expects::none;
  bool expects_told = false;     // by a tool or a flow, not read off the agent's own words
  int wordless = 0;              // turns in a row in which there was a voice but no words
  std::string agent_said;        // the reply heard last: what an echo would repeat
  Time echo_at = Time::min();    // a window that the agent's voice explained in part came last
  Time agent_until{};            // … until then
  Time taken_at{}, taken_end{};  // the turn taken last: when, and where its speech ended
  // Sounds that held the agent for nothing: the next of the kind needs words, or 6 dB more.
  std::vector<Time> empty_holds;
  int empty_level = 127;
};

// How the next answer comes about: the flow says it, or the model does.
struct Directions {
  bool by_model = true;
  bool silent = false;  // nobody does: the caller is waited for
  std::string say;
  std::vector<llm::ToolCall> calls;  // without ids
  std::string then;                  // behind what the model says, where that asks nothing
  friend bool operator==(const Directions&, const Directions&) = default;
};

// ---- reply: what the agent says
struct Reply {
  enum class Kind { none, greeting, answer, prompt, apology, goodbye };
  Kind kind = Kind::none;
  Generation generation = 0;  // of this reply; the next one's is one more, whatever became of this
  bool released = false;      // may be heard
  bool held = false, flushing = false, closed = false, mind_done = false, audible = false, failed = false;
  std::string asked;      // the caller's words it answers
  std::size_t node = 0;   // of the flow, where it was asked, …
  Directions directions;  // … and how that has it
  dialog::ClauseCutter cutter;
  std::vector<Clause> clauses;
  std::size_t bytes = 0;  // of text so far
  std::vector<llm::ToolCall> calls;
  std::optional<TurnTimes> turn;                                         // an answer's, until it is audible
  bool filled = false;                                                   // its first clause is a filler
  std::optional<Time> first_token, first_clause, first_sound, meant_at;  // meant: the first clause that is no filler
  std::optional<Time> speech_end;  // of the turn it answers, as long as its first meaningful word is not heard
  Time asked_at{}, last_token{}, audible_at{}, held_at{};
  Duration held_for{};  // in all, since it is audible
  double pace = 500;    // samples a byte of text, as this voice has spoken so far (16 letters a second at 8 kHz)

  std::size_t ordered() const {  // clauses sent to the voice; they are ordered front to back
    std::size_t n = 0;
    while (n < clauses.size() && clauses[n].ordered) ++n;
    return n;
  }
  bool says_nothing() const {  // but a filler, perhaps
    return std::all_of(clauses.begin(), clauses.end(), [](const Clause& c) { return c.filler; });
  }
  bool exists() const { return kind != Kind::none; }
  bool scripted() const { return !directions.by_model; }  // the flow says and calls this itself
  bool asks() const { return !clauses.empty() && clauses.back().text.find('?') != std::string::npos; }
  bool out() const { return exists() && released && !flushing; }  // is heard, or about to be
};

// What became of a tool's call.
struct Outcome {
  std::string tool, arguments;
  bool ok = false;
  std::string text;
};

// ---- flow: where in its plan the call is
struct FlowState {
  struct Field {
    std::string name, value;
    std::string spoken;    // as it is said back
    bool literal = false;  // the value is JSON itself, not a text
    bool kept = false;     // out of a tool's result
  };
  enum class Called { no, running, ok, failed };  // the tool of this node

  std::size_t node = 0;
  std::vector<Field> fields;
  std::vector<bool> visited;  // by node
  Called called = Called::no;
  std::string arguments;          // … with these
  bool heard = false;             // something that was said or asked here
  int misses = 0;                 // of the caller's answers here, in a row
  bool entering = false;          // the model has come here, and what is said on entry waits for its reply's end
  std::string said;               // … on the way here
  std::size_t told_from = 0;      // the caller's turn before which nothing is told to the model, counted from 0
  std::size_t summarized_to = 0;  // … what was said is to be summed up
};

// ---- task: context and tools
struct Task {
  struct Running {
    std::string id, tool, arguments;
    Deadline deadline;
    ToolSettings settings;
    Generation early = 0;                    // the speculated reply that called it; 0: it is committed
    std::optional<std::string> result = {};  // early: it has returned, and waits for the commit
    bool result_ok = false;
    bool told = false;          // the model knows that it still runs; its result will be a note
    bool spoken = false;        // its reply has said something
    std::string progress = {};  // what it has told last and nobody has said yet
  };
  struct Summary {
    std::string text;
    std::size_t upto = 0;               // it stands in place of what is before this in the context
    std::optional<std::size_t> making;  // the next one
    int failures = 0;                   // in a row
  };
  dialog::Context context;
  Summary summary;
  std::vector<Running> running;
  std::vector<llm::ToolCall> called;                       // since the caller's last words
  std::vector<std::pair<std::string, std::string>> facts;  // remembered: key and JSON text
  bool results_waiting = false;                            // tools have returned what the model has not been told
  bool results_quiet = false;     // … what it need not be told, if its reply has said something
  int steps = 0;                  // tool steps since the caller's last words, by the model …
  int flow_steps = 0;             // … and by the flow
  bool flow_called = false;       // the results that are waited for are of the flow's own calls
  std::vector<Outcome> outcomes;  // of tools that have returned, since the flow was told

  // One that takes its time outside, and that the caller is waiting for.
  bool works(const Running& r) const { return r.settings.builtin == Builtin::none && r.early == 0 && !r.told; }
  bool working() const {
    return std::any_of(running.begin(), running.end(), [this](const Running& r) { return works(r); });
  }
};

// ---- patience: limits and failures
struct Patience {
  Time quiet_since{};
  int prompts = 0;          // "are you still there?" since the caller's last words
  Time agent_heard{};       // the agent was heard last
  int tool_fillers = 0;     // since tools began to run
  Duration mind_takes{-1};  // from the question to the first sound of its answer, on average; -1: nothing yet
  int failures = 0;         // in a row …
  Time failing_since{};     // … the first of them
  std::int64_t spent_micros = 0;
};

struct State {
  Settings settings;
  Floor floor;
  Patience patience;
  LineState line;
  FlowState flow;
  Task task;
  Reply reply;
};

// What the machines of one step have decided so far, each with its reason.
struct Decisions {
  struct Commit {
    std::string text, why;
    TurnTimes times;
  };
  struct Say {
    Reply::Kind kind;
    std::string text, why;
  };
  std::optional<Commit> commit;                    // floor: the turn is the agent's
  std::optional<std::string> speculate;            // floor: prepare an answer to these words
  std::optional<std::string> withdraw;             // floor: the speculated answer is not wanted
  std::optional<std::string> hold, resume, flush;  // floor
  std::optional<Say> say;                          // patience, line
  std::optional<std::string> fail;                 // patience: the current answer will not come
  std::optional<std::string> filler;               // patience: said while the answer is not there
  std::optional<Say> end;                          // patience: say this and end the call
  std::optional<llm::ToolCall> call;               // task: the reply has called this tool
  std::string preface;                             // task: said before the tool runs
  std::vector<std::string> dial;                   // task: keys to be pressed
  std::optional<std::string> ask_again;            // task: the tools' results are in …
  std::vector<Outcome> outcomes;                   // … which were these
  std::vector<std::string> moves;                  // task: the model goes to these nodes
  std::vector<FlowState::Field> noted;             // task: the model has noted these fields
  Directions directions;                           // flow: of what is asked in this step
  bool ending = false;                             // line: no answer is wanted any more
  bool ended = false;                              // line: everything stops
};

}  // namespace offhook::call

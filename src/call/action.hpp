// What the conversation wants done. The shell performs them in order; each says why.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "call/event.hpp"
#include "dialog/context.hpp"

namespace offhook::call {

namespace action {

// ---- ears
struct Listen {  // a turn of the caller has begun at `from` (run-up included): recognise from there
  static constexpr const char* kName = "listen";
  Utterance utterance = 0;
  Sample from = 0;
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("from", from);
  }
};
struct Transcribe {  // the caller paused: what was said up to `upto`?
  static constexpr const char* kName = "transcribe";
  Utterance utterance = 0;
  Sample upto = 0;
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("upto", upto);
  }
};
struct ScoreTurn {
  static constexpr const char* kName = "score_turn";
  Utterance utterance = 0;
  Sample upto = 0;
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("upto", upto);
  }
};
struct ScoreWords {  // would a message end behind `text`, the caller's words so far?
  static constexpr const char* kName = "score_words";
  Utterance utterance = 0;
  Sample upto = 0;   // heard so far: what tells one question from the next
  std::string text;  // not logged, since it follows from the events
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("upto", upto);
  }
};
struct StopListening {
  static constexpr const char* kName = "stop_listening";
  Utterance utterance = 0;
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance);
  }
};

// ---- mind
struct Prompt {
  std::string role;   // in place of the agent's instructions; empty: these
  std::string notes;  // behind them
};
// An answer that the flow has ready. The shell tells of it as it would of a model's.
struct Script {
  std::string say;
  std::vector<llm::ToolCall> calls;
};
struct Ask {
  static constexpr const char* kName = "ask";
  Generation generation = 0;
  bool speculative = false;
  bool tools = true;  // false: no more tool steps in this turn
  // Not logged, since it follows from the events:
  dialog::Context context;  // a snapshot, the question included
  Prompt prompt;
  std::size_t node = 0;          // of the flow, where there is one: its tools are offered
  std::optional<Script> script;  // what is answered; the model is not asked
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("speculative", speculative), v("tools", tools);
  }
};
struct Summarize {  // what was said before `upto`, by any model, while the call goes on; answered by Summarized
  static constexpr const char* kName = "summarize";
  std::int64_t upto = 0;
  // Not logged, since it follows from the events:
  std::string before;     // the last summary
  dialog::Context since;  // what was said behind it
  template <class V>
  void visit(V&& v) {
    v("upto", upto);
  }
};
struct StopThinking {  // of the mind only: what it has said so far is still spoken
  static constexpr const char* kName = "stop_thinking";
  Generation generation = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation);
  }
};
struct Abandon {  // of mind and mouth alike: nothing of this generation is wanted any more
  static constexpr const char* kName = "abandon";
  Generation generation = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation);
  }
};

// ---- mouth
struct Speak {  // synthesize; heard only after Release
  static constexpr const char* kName = "speak";
  Generation generation = 0;
  int clause = 0;
  std::string text;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("clause", clause), v("text", text);
  }
};
struct Dial {  // as Speak, but the tones of telephone keys
  static constexpr const char* kName = "dial";
  Generation generation = 0;
  int clause = 0;
  std::string digits;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("clause", clause), v("digits", digits);
  }
};
struct Release {
  static constexpr const char* kName = "release";
  Generation generation = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation);
  }
};
struct Close {  // no clause follows: when the last is heard, the reply is drained
  static constexpr const char* kName = "close";
  Generation generation = 0;
  int clauses = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("clauses", clauses);
  }
};
struct Hold {
  static constexpr const char* kName = "hold";
  Generation generation = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation);
  }
};
struct Resume {
  static constexpr const char* kName = "resume";
  Generation generation = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation);
  }
};
struct Flush {  // stop and drop; answered by Flushed
  static constexpr const char* kName = "flush";
  Generation generation = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation);
  }
};

// ---- flow
struct Enter {  // the call is at this node now
  static constexpr const char* kName = "enter";
  std::string node;
  template <class V>
  void visit(V&& v) {
    v("node", node);
  }
};

// ---- tools
struct CallTool {
  static constexpr const char* kName = "call_tool";
  std::string id, tool, arguments;
  template <class V>
  void visit(V&& v) {
    v("id", id), v("tool", tool), v("arguments", arguments);
  }
};
struct CancelTool {
  static constexpr const char* kName = "cancel_tool";
  std::string id;
  template <class V>
  void visit(V&& v) {
    v("id", id);
  }
};

// ---- line
struct HangUp {
  static constexpr const char* kName = "hang_up";
  template <class V>
  void visit(V&&) {}
};

// ---- for whoever watches: the words as they come, and each turn's waterfall
struct CallerSaid {
  static constexpr const char* kName = "caller_said";
  Utterance utterance = 0;
  std::string text;
  bool final = false;
  template <class V>
  void visit(V&& v) {
    v("utterance", utterance), v("text", text), v("final", final);
  }
};
struct AgentSaid {  // what was heard of a reply, once it has ended
  static constexpr const char* kName = "agent_said";
  Generation generation = 0;
  std::string text;
  bool cut = false;
  std::int64_t since_us = 0;  // when its first sample left, on the call's clock
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("text", text), v("cut", cut), v("since_us", since_us);
  }
};
struct TurnTook {  // from the caller's last audible sample to the reply's first: the parts add up to v2v exactly
  static constexpr const char* kName = "turn_took";
  int turn = 0;
  Generation generation = 0;
  bool speculated = false;
  std::int64_t v2v_us = 0, hear_us = 0, transcribe_us = 0, decide_us = 0, think_us = 0, clause_us = 0, voice_us = 0,
               wait_us = 0, send_us = 0;
  template <class V>
  void visit(V&& v) {
    v("turn", turn), v("gen", generation), v("speculated", speculated), v("v2v_us", v2v_us), v("hear_us", hear_us),
        v("transcribe_us", transcribe_us), v("decide_us", decide_us), v("think_us", think_us),
        v("clause_us", clause_us), v("voice_us", voice_us), v("wait_us", wait_us), v("send_us", send_us);
  }
};

struct TurnMeant {  // after a filler: from the caller's last audible sample to the first word of the answer itself
  static constexpr const char* kName = "turn_meant";
  Generation generation = 0;
  std::int64_t v2v_us = 0;
  template <class V>
  void visit(V&& v) {
    v("gen", generation), v("v2v_us", v2v_us);
  }
};

}  // namespace action

using Do = std::variant<action::Listen, action::Transcribe, action::ScoreTurn, action::ScoreWords,
                        action::StopListening, action::Ask, action::Summarize, action::StopThinking, action::Abandon,
                        action::Speak, action::Dial, action::Release, action::Close, action::Hold, action::Resume,
                        action::Flush, action::Enter, action::CallTool, action::CancelTool, action::HangUp,
                        action::CallerSaid, action::AgentSaid, action::TurnTook, action::TurnMeant>;

struct Action {
  Do what;
  std::string why;
};
using Actions = std::vector<Action>;

}  // namespace offhook::call

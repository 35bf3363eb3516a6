// An agent's flow: what is to be found out and done in a call, in which order. A graph of nodes; the call is at one of
// them. Plain data out of the agent's file (server/agent_flow), part of the settings, so that a replay has it.
//
//   caller's words ──▶ fields of the node ──▶ a way whose conditions hold ──▶ the next node says, asks, calls
//                           └─ nothing found: the model answers by the node's task, else the question is put again
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialog/slots.hpp"

namespace offhook::call {

// What the caller is to tell; at most one is asked for at a time.
struct FlowSlot {
  std::string field = {};
  dialog::SlotKind kind = dialog::SlotKind::text;
  struct Choice {
    std::string value = {};
    std::vector<std::string> words = {};
    template <class V>
    void visit(V&& v) {
      v("value", value), v("words", words);
    }
  };
  std::vector<Choice> choices = {};  // of one_of
  std::string ask = {}, again = {};  // again: where an answer was not understood; empty: `ask`, behind an apology
  template <class V>
  void visit(V&& v) {
    v("field", field), v("kind", kind), v("choices", choices), v("ask", ask), v("again", again);
  }
};

enum class CallResult { any, ok, failed };

// From one node to another: open when all that is stated holds. Of several the first is taken.
struct FlowWay {
  struct Condition {
    std::string field = {};
    std::vector<std::string> values = {};  // any of them
    template <class V>
    void visit(V&& v) {
      v("field", field), v("values", values);
    }
  };
  std::string to = {};
  std::vector<Condition> conditions = {};
  std::vector<std::string> hears = {};  // words of the caller that open it, whatever is still to be told
  std::string when = {};                // in words: the model takes it, by calling go_to_NODE
  std::string after = {};               // a tool that has returned
  std::string say = {};                 // said on the way, before the next node's
  CallResult result = CallResult::any;  // … or, without `after`, what the node calls
  template <class V>
  void visit(V&& v) {
    v("to", to), v("conditions", conditions), v("hears", hears), v("when", when), v("after", after), v("say", say),
        v("result", result);
  }
};

enum class FlowMemory { append, reset, summary };  // what the model is told of what was said before the node

struct FlowNode {
  struct Kept {
    std::string field = {}, path = {};  // of the result of `call`: "slots.0.time"
    template <class V>
    void visit(V&& v) {
      v("field", field), v("path", path);
    }
  };
  std::string name = {};
  std::string role = {};  // in place of the agent's instructions; empty: these
  std::string task = {};  // what the model is told to do here
  bool talks = false;     // the model answers what no rule does
  std::string say = {};   // on entry; {field}: what is known
  std::vector<FlowSlot> collect = {};
  int tries = 3;                          // answers that were not understood, in a row, …
  std::string unclear = {};               // … until this node is gone to; empty: never
  std::string call = {}, arguments = {};  // a tool on entry, and its arguments as JSON with {field} in texts
  std::vector<Kept> keep = {};
  std::vector<FlowWay> next = {};
  std::vector<std::string> tools = {};  // that the model may call here, those of the flow's own ways included
  FlowMemory memory = FlowMemory::append;
  bool speaks_first = true;  // on entry; false: it waits for the caller
  bool end = false;          // the call ends once `say` was heard
  template <class V>
  void visit(V&& v) {
    v("name", name), v("role", role), v("task", task), v("talks", talks), v("say", say), v("collect", collect),
        v("tries", tries), v("unclear", unclear), v("call", call), v("arguments", arguments), v("keep", keep),
        v("next", next), v("tools", tools), v("memory", memory), v("speaks_first", speaks_first), v("end", end);
  }
};

inline constexpr std::string_view kGoTo = "go_to_";  // … NODE: what a model calls to take a way; note_NODE notes fields

struct Flow {
  std::vector<FlowNode> nodes = {};    // the first is where a call begins; none: there is no flow
  std::vector<FlowWay> anywhere = {};  // ways out of every node
  std::string language = {};           // a tag, of the caller's words
  bool exists() const { return !nodes.empty(); }
  template <class V>
  void visit(V&& v) {
    v("nodes", nodes), v("anywhere", anywhere), v("language", language);
  }
};

}  // namespace offhook::call

// What a conversation promises whatever happens, checked step by step from outside, by its events and actions.
//
//   every start has its stop       Listen, Ask, Hold, CallTool
//   each call has one result       before the model is asked again; with an effect, after the commit and not twice
//   nothing stale is ever heard    Speak, Release: only of the newest generation, once
//   the flow follows its ways      Enter; and what is released was prepared for the node where the call is
//   nothing unheard is claimed     the agent's items are the words that the mouth played, and all of them
//   the parts add up               TurnTook
//   no deadline spins              a tick at next_deadline() clears it
//   the end is the end             no action after it, and nothing left open
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "call/conversation.hpp"

namespace offhook::call {

class Promises {
 public:
  // After each step. `state` as the step has left it.
  void saw(Time now, const Event& event, const Actions& actions, const State& state);
  const std::vector<std::string>& broken() const { return broken_; }

 private:
  struct Reply {  // one generation
    std::vector<Clause> clauses;
    bool thinking = false;
    bool released = false, held = false, flushed = false, dead = false;
    int closed = -1;
  };

  void before(const Event& event);
  void act(const Action& action);
  void check_heard(const Event& event, const State& state);
  void check_flow(const Actions& actions, const State& state);
  void check_context(const State& state);
  void check_results(const dialog::Context& context);
  void check_end(const State& state);
  Reply* reply(Generation g, const char* what);  // alive, newest
  void expect(bool kept, const std::string& what);

  Time now_{};
  std::map<Generation, Reply> replies_;
  Generation newest_ = 0;
  std::optional<Generation> over_;  // the reply that this event ends
  std::optional<std::int64_t> summarizing_;
  Utterance listening_ = 0, utterances_ = 0;
  enum class Tool { running, returned };
  std::map<std::string, Tool> tools_;
  const Settings* settings_ = nullptr;  // of the step under way
  std::set<std::string> called_so_;     // with an effect, since the caller's last words
  std::set<int> turns_;
  bool hung_up_ = false, ended_ = false, called_ = false;
  std::string node_;  // of the flow
  Time ticked_{};
  int ticks_ = 0;
  std::size_t items_ = 0;
  std::map<std::string, int> results_, calls_;
  std::vector<std::string> broken_;
};

}  // namespace offhook::call

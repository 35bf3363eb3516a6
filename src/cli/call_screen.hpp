// The conversation as a terminal shows it: what is being said is rewritten in place, what has been said stays. Where
// standard output is no terminal, only what stays is written, without colours.
#pragma once

#include <string>
#include <string_view>

#include "edge/call_events.hpp"

namespace offhook::cli {

class CallScreen {
 public:
  explicit CallScreen(bool quiet);
  void show(const edge::CallEvent& event);
  void note(std::string_view text);                            // one line
  void report(std::string_view title, std::string_view rest);  // once the conversation is over
  bool quiet() const { return quiet_; }

 private:
  void live(bool agent, const std::string& text);
  void settle(bool agent, double at_ms, const std::string& text);
  void wipe();
  std::string tinted(const char* colour, std::string_view text) const;

  const bool quiet_, terminal_;
  bool live_ = false;       // the last line of the terminal is one that will be rewritten
  std::string agent_says_;  // clauses on their way to be heard
};

}  // namespace offhook::cli

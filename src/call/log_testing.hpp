// For tests: the event log of a rehearsal.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "call/record.hpp"
#include "call/rehearsal.hpp"

namespace offhook::call {

// As a call would have written it.
inline std::string log_of(const Rehearsal& w, bool words = true) {
  std::string log;
  write_head(log, {"call-1", "receptionist", "2026-11-21T05:00:00Z", words, w.state().settings});
  // A rehearsal keeps events and actions apart; stepping once more puts them together.
  State state = begin(w.state().settings);
  std::vector<std::pair<Duration, event::Window>> windows;
  auto flush = [&] {
    if (!windows.empty()) write_windows(log, windows.front().first, windows);
    windows.clear();
  };
  for (const auto& [when, event] : w.events()) {
    const Duration t = when.time_since_epoch();
    if (auto* window = std::get_if<event::Window>(&event)) {
      windows.emplace_back(t, *window);
    } else {
      flush();
      write_event(log, t, event, words);
    }
    for (const auto& action : step(state, event, when)) {
      flush();
      write_action(log, t, action, words);
    }
  }
  flush();
  return log;
}

}  // namespace offhook::call

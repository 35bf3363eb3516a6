// The paths that every call takes again and again, one section each, for scripts/guard to count their instructions.
// Each does the same thing each time, on one thread, and waits for nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace offhook::guard {

// Once more, from a steady state. What it made (bytes, samples, decisions), so that a section that has stopped doing
// its work is noticed: that would be fast.
using Once = std::function<std::size_t()>;

struct Section {
  const char* name;
  const char* unit;  // what `once` is
  int times;         // counted; before them a tenth as often
  // `root`: the checkout. Throws std::runtime_error where the steady state is not reached.
  Once (*make)(const std::string& root);
};

const std::vector<Section>& sections();

// wire.cpp
Once read_frame(const std::string& root);
Once write_frame(const std::string& root);
Once upsample(const std::string& root);
Once search_echo(const std::string& root);
Once suppress_echo(const std::string& root);
// call.cpp
Once frame_of_quiet(const std::string& root);
Once frame_of_agent(const std::string& root);
Once frame_of_caller(const std::string& root);
Once beat(const std::string& root);
Once batch_of_windows(const std::string& root);
// decisions.cpp
Once decide(const std::string& root);
Once write_log(const std::string& root);
// words.cpp
Once cut_clauses(const std::string& root);
Once read_tokens(const std::string& root);

}  // namespace offhook::guard

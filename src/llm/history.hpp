// A conversation put into the order that services insist on. Pure and the same for the same input; a longer
// conversation begins like the shorter one, so that prompt caches hit.
//
// Always: what has no words is left out; neighbours of one role become one message; each tool call is followed at once
// by its result, a made-up one if it has none, and results of no call are left out; the ids of calls are unlike each
// other, at most 40 letters, digits, '_' and '-' (OpenAI's and Anthropic's rules), since another vendor may have made
// them.
#pragma once

#include <string>
#include <vector>

#include "llm/llm.hpp"

namespace offhook::llm {

struct HistoryRules {
  // The words of the system stand apart, and user and assistant take turns, the user first and last: "(The call
  // begins.)" comes before a greeting. A later word of the system becomes the user's "(Note: …)".
  bool alternate = false;
  bool nine_character_ids = false;  // Mistral's: exactly nine letters and digits
};

struct History {
  std::string system;  // with `alternate` only
  std::vector<Message> messages;
};

History history_of(const std::vector<Message>& messages, const HistoryRules& rules);

}  // namespace offhook::llm

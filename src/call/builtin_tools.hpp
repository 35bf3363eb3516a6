// The tools that every agent may name with `builtin:`. They are the conversation's own: nothing outside is asked.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "call/settings.hpp"
#include "dialog/entities.hpp"
#include "llm/llm.hpp"

namespace offhook::call {

// What a model is told of it; its name is the builtin's.
llm::Tool described(Builtin builtin);

// What a model wants of one.
struct BuiltinCall {
  std::string words;                                // end_call: the goodbye; empty: the agent's usual one
  std::string digits;                               // send_digits
  dialog::Expects expects = dialog::Expects::none;  // collect
  Duration wait{};                                  // wait
  std::string key, value;                           // remember; the value as JSON text
};
// The error is the sentence to tell the model.
Result<BuiltinCall> read_builtin(Builtin builtin, std::string_view arguments);

}  // namespace offhook::call

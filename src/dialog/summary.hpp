// What was said in a call, in short, so that a long one fits what its model can read. Pure: no state, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialog/context.hpp"

namespace offhook::dialog {

inline constexpr int kSummaryTokens = 250;  // of the answer, at most

// What any model is asked to get one: `before` is the last summary, which the new one takes in. What was said is told
// as a text to be summarised, so that nothing in it is taken for a question; of a very long one its end.
std::vector<llm::Message> summary_request(std::string_view before, const Context& since);

// What of the model's answer is the summary: without blanks around it, 2000 bytes at most.
std::string summary_in(std::string_view answer);

}  // namespace offhook::dialog

// What the agent's last question asks for, so that the caller gets the time to say all of it. English; reads the words
// only, and only those of the last question: what was asked before it has been answered. Pure: no state, any thread.
#pragma once

#include <string_view>

#include "dialog/entities.hpp"

namespace offhook::dialog {

// "And what's the best number to reach you?" → phone; "Could you spell your last name?" → spelling; "How can I help?"
// → none. A request without a question mark counts too: "Please tell me your date of birth." → date. A question that
// is answered with yes or no expects no value: "Is Tuesday all right?", "Did I get your number right?" → none.
// Text without any request → none.
Expects expected_by(std::string_view agent_said);

}  // namespace offhook::dialog

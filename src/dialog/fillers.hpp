// A few words that can be said at once while the answer is being made: "Sure, one moment." Chosen by what the caller
// said, and by the number of the turn, so that a replay says the same. English. Pure: no state, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::dialog {

// One that fits a question ("Let me see."), a request ("Of course.") or a statement ("Okay."); nothing after a
// greeting, thanks, a goodbye, a yes or no, or no words. No two turns in a row get the same one, whatever was said.
std::optional<std::string_view> filler_for(std::string_view caller_words, unsigned turn);

// Every text that filler_for() can return, once each: so that they can be spoken by a voice before the first call.
std::vector<std::string> all_fillers();

}  // namespace offhook::dialog

// Does what the caller has said so far sound finished? From the words, and a little from the recogniser's marks.
// English first; the tables are data, another language is another table. Pure: no state, any thread.
#pragma once

#include <string_view>

namespace offhook::dialog {

// Wrongly `open` costs the caller time, wrongly `complete` cuts in on them: in doubt neither.
enum class Ending {
  none,      // no words
  open,      // "and", "to the", "my number is", "it's john at", "I wan-": more is coming
  complete,  // a short answer that stands alone: "yes", "no thanks"; or one that closes: "…, please", "… goodbye"
  question,  // the recogniser heard a question, or the words are one: "what time do you open"
  sentence,  // a clause with a verb, and the recogniser's full stop: weak evidence, it puts one at many a pause
  plain,     // nothing to tell by
};
Ending ending_of(std::string_view text);
std::string_view name(Ending ending);

}  // namespace offhook::dialog

// What decisions need to know about words, as pure functions: are two transcripts the same, is this only a backchannel,
// does it sound unfinished. English first; the tables are data, another language is another table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace offhook::dialog {

// Lower-cased words without punctuation, in order; fillers ("um", "uh", "er") dropped. Apostrophes stay: "don't".
// UTF-8 letters beyond ASCII are kept as they are.
std::vector<std::string> words_of(std::string_view text);

// The same after lower-casing and dropping punctuation and fillers: what lets a speculated reply be kept.
bool same_words(std::string_view a, std::string_view b);

// Nothing but "mm-hm", "yeah", "okay", "right", …: says "go on", not "stop". Empty text is not a backchannel.
bool is_backchannel(std::string_view text);

enum class Ending {
  none,      // no words
  open,      // "and", "to the", "my number is": more is coming
  complete,  // a short answer that stands alone: "yes", "no thanks"; or one that closes: "…, please", "… goodbye"
  question,  // the recogniser heard a question
  plain,     // nothing to tell by
};
Ending ending_of(std::string_view text);
std::string_view name(Ending ending);

}  // namespace offhook::dialog

// Words as two transcripts are compared by: split at white space, lower case, no ASCII punctuation, UTF-8 left as it
// is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace offhook::stt {

struct Word {
  std::string_view written;  // as it stands in the text
  std::string bare;          // "don't," is "dont"; empty for a dash
};
std::vector<Word> words(std::string_view text);

}  // namespace offhook::stt

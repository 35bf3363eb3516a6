// What two successive hypotheses of the same speech agree on is unlikely to change (local agreement: Liu, Spanakis and
// Niehues 2020, "Low-latency sequence-to-sequence speech recognition and translation by partial hypothesis selection").
#pragma once

#include <string_view>

namespace offhook::stt {

// How many leading words of `now`, counted by its white space, stood already in `before`. Case and punctuation do not
// matter; a "word" of punctuation alone agrees with anything.
int agreeing_words(std::string_view before, std::string_view now);

}  // namespace offhook::stt

// What small recognisers make of noise and at the end of their strength: loops ("thank you. thank you. thank you. …"),
// bars of music ("♪♪♪♪♪♪"), other people's alphabets, and one word out of nothing ("You").
#pragma once

#include <string>
#include <string_view>

namespace offhook::stt {

// The transcript as valid UTF-8 with single spaces, without notes of music, and with every loop cut down to one round
// of it. A loop is a word or a phrase of at most eight words, more than four times in a row; a beginning of one more
// round at the very end goes with it. Numbers are no loop before the seventeenth: "five five five five five" is how a
// telephone number sounds. A letter or sign more than four times in a row is written three times ("mmmmmmmm" is "mmm").
std::string tidy_transcript(std::string_view text);

// Whether a tidied transcript is what a recogniser of English alone makes of noise: letters that are not Latin, or
// "You" and nothing else, which white noise, pink noise, a dial tone and a puff of breath all become.
bool is_noise_heard_as_english(std::string_view text);

}  // namespace offhook::stt

// "Mm-hm", "yeah", "ja genau", "はい": what a listener says to mean "go on", in many languages, and what a recogniser
// makes of it. A table for each language; another language is another row. Pure: no state, any thread.
#pragma once

#include <string_view>

namespace offhook::dialog {

// Nothing but such sounds and words, repeated or in a row ("yeah yeah, I see"): says "go on", not "stop". In any
// language, except for words that are others in English ("so", "no", "men"). Empty text is not a backchannel, nor is
// what asks for attention: "stop", "no", "wait", "what", "sorry?", "hello?", "huh?".
bool is_backchannel(std::string_view text);

// Only in this language (a tag such as "de" or "pt-BR"), and the wordless sounds that all of them share. A language
// without a table, or "", is any language.
bool is_backchannel(std::string_view text, std::string_view language);

// A word with which one stops another: "stop", "no", "wait", "what", "sorry", "hello", "excuse me". English.
bool asks_to_stop(std::string_view text);

// A short yes, no or choice that stands alone: "yes", "mm-hm", "no thanks", "I think so", "ja", "nein". When the agent
// has just asked something this is the answer, and is_backchannel() should not be asked at all.
bool is_answer(std::string_view text);

}  // namespace offhook::dialog

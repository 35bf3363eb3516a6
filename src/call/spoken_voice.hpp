// A voice that is given each clause as it is to be said (dialog/speakable), and tells of it as it was written: what was
// heard, the transcript and the cached phrases know nothing of the difference.
//
//   clause   That is $12.50 today.                                     said: 14 bytes
//   voice    That is twelve dollars and fifty cents today.             said: 38 bytes ─┘
#pragma once

#include <memory>
#include <string>

#include "dialog/speakable.hpp"
#include "tts/tts.hpp"

namespace offhook::call {

// A voice that does not tell its words has told them, by their share of the sound, when a clause with a difference is
// done: the difference may be most of it. `voice` outlives this; on its loop.
std::unique_ptr<tts::Voice> spoken_voice(tts::Voice& voice, std::string language, dialog::Lexicon lexicon);

}  // namespace offhook::call

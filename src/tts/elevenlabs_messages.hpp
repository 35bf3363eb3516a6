// ElevenLabs' messages on /v1/text-to-speech/VOICE/multi-stream-input (contexts have names) and …/stream-input (they
// have none), to and from values. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tts/dialect.hpp"

namespace offhook::tts {

struct ElevenLabsQuery {
  std::string_view model, language;  // language: empty: not sent
  std::string_view output_format;    // "ulaw_8000", "pcm_16000", …
  int inactivity_timeout = 180;      // s, 180 at most
};
// Behind the base URL: "/v1/text-to-speech/VOICE/ENDPOINT?…".
std::string elevenlabs_path(std::string_view voice, std::string_view endpoint, const ElevenLabsQuery& query);

// The messages that have a clause spoken and end its context, so that `isFinal` comes. `text` is well-formed UTF-8;
// `speed` 0.7 to 1.2, 0: not sent. An empty context is that of stream-input.
std::vector<std::string> elevenlabs_speak(std::string_view context, std::string_view text, double speed);
Result<SpeechEvent> read_elevenlabs(std::string_view message);

}  // namespace offhook::tts

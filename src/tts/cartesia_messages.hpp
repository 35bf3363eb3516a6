// Cartesia's messages on wss://api.cartesia.ai/tts/websocket (API of 2025-04-16 to 2026-08-14), to and from values.
// Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "tts/dialect.hpp"

namespace offhook::tts {

struct CartesiaRequest {
  std::string_view model, voice, language;  // voice: its id; empty: not sent
  double speed = 0;                         // 0.6 to 1.5; 0: not sent
  int rate = 8000;                          // 8000, 16000, 22050, 24000, 44100 or 48000
};

// A clause as one whole context. `text` is well-formed UTF-8.
std::string cartesia_speak(const CartesiaRequest& request, std::string_view context, std::string_view text);
// Stops what has not been generated; what has may still come.
std::string cartesia_cancel(std::string_view context);
Result<SpeechEvent> read_cartesia(std::string_view message);

}  // namespace offhook::tts

// ElevenLabs' voices: wss …/v1/text-to-speech/{voice}/stream-input (one stream of text on a socket) and
// …/multi-stream-input (contexts).
#pragma once

#include "standins/session.hpp"

namespace offhook::standins {

// What stands in the path.
struct ElevenLabsPath {
  std::string voice;
  bool multi = false;
};
std::optional<ElevenLabsPath> elevenlabs_path(std::string_view path);

Verdict open_elevenlabs(Site& site, const net::HttpRequest& request, const ElevenLabsPath& path);

}  // namespace offhook::standins

// Deepgram's voice, Aura: wss …/v1/speak. Raw sound in binary messages; words only go in.
//
//   Speak ─ Speak ─ Flush ──▶ sound … Flushed         Clear ──▶ Cleared: what waits is dropped
#pragma once

#include "standins/session.hpp"

namespace offhook::standins {

Verdict open_deepgram_speak(Site& site, const net::HttpRequest& request);

}  // namespace offhook::standins

// Cartesia's voices: wss …/tts/websocket, many contexts on one socket.
//
//   context   continue… continue… end ──▶ chunk… timestamps… done ──▶ gone: the id is used up
//                └── cancel ──▶ what is being made may still come, nothing else
//                └── 1 s after its last audio ──▶ gone
#pragma once

#include "standins/session.hpp"

namespace offhook::standins {

Verdict open_cartesia(Site& site, const net::HttpRequest& request);

}  // namespace offhook::standins

// Deepgram's Flux, which finds turns: wss …/v2/listen.
//
//   StartOfTurn ─ Update… ─ EagerEndOfTurn ─ EndOfTurn        the caller is quiet: confidence grows with the silence
//                               └─ TurnResumed ─ Update…      he goes on
#pragma once

#include "standins/session.hpp"

namespace offhook::standins {

Verdict open_deepgram_flux(Site& site, const net::HttpRequest& request);

}  // namespace offhook::standins

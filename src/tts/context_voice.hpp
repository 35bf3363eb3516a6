// A voice that is a service behind WebSockets, for any Dialect: opens sockets ahead and as clauses need them, shares
// each between as many contexts as it bears, and keeps deadlines.
//
//   synthesize() ─ waits for a place ─▶ speak ──▶ sound, words … done      the socket stays for the next clause
//       └── socket being opened ──┘       ├─ handle destroyed: cancel, what still comes is dropped
//       └────────── first_sound ──────────┤  fails, cancel; nothing at all came on the socket: it takes no
//                                         │  other clause until something does, and after 2 s of that it is cut
//                                         └─ socket lost: every context on it fails
// No retries: who wants one asks again.
#pragma once

#include <memory>

#include "net/http_client.hpp"
#include "net/loop.hpp"
#include "tts/dialect.hpp"
#include "tts/tts.hpp"

namespace offhook::tts {

inline constexpr std::size_t kMostWaitingClauses = 64;  // for a place on a socket; more are refused with Errc::full
inline constexpr Duration kLongestSound = 2min;         // of one clause; a service that sends more is cut off
inline constexpr Duration kForgetCancelled = 5s;        // a cancelled context still counts, unless its end is told

std::unique_ptr<Voice> context_voice(net::Loop& loop, net::HttpClient& http, std::unique_ptr<const Dialect> dialect);

}  // namespace offhook::tts

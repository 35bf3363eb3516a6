// The two streaming recognisers of Deepgram. `spec` is complete (see connect() of providers.hpp), `http` the loop's;
// sessions are opened on its loop. One socket a session, one try: see resilient.hpp.
#pragma once

#include <memory>

#include "net/http_client.hpp"
#include "stt/providers.hpp"
#include "stt/stt.hpp"

namespace offhook::stt {

// listen v1 (nova and older). Hears only turns; Finalize at each pause.
//
//   begin ─ audio … ─ pause ─ Finalize ──▶ final results up to there ─▶ transcript
//                       ├─── 700 ms ───┤ nothing was buffered: what is known is the transcript
//                       ├─────────── 2 s without a message: the connection is dead ───────────┤
std::unique_ptr<Recognizer> deepgram_listen(net::HttpClient& http, const Spec& spec);

// listen v2 (Flux). Hears all of the call and finds turns.
std::unique_ptr<Recognizer> deepgram_flux(net::HttpClient& http, const Spec& spec);

inline bool is_flux(const Spec& spec) {
  return spec.model.starts_with("flux-");
}

}  // namespace offhook::stt

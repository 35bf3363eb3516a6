// Deepgram's live transcription: wss …/v1/listen.
#pragma once

#include "standins/session.hpp"

namespace offhook::standins {

Verdict open_deepgram_listen(Site& site, const net::HttpRequest& request);

// Common to Deepgram's APIs.
net::HttpResponse deepgram_refusal(int status, std::string_view said);
std::string deepgram_key(const net::HttpRequest& request);

}  // namespace offhook::standins

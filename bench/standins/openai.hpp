// OpenAI: POST …/v1/chat/completions, …/v1/audio/transcriptions, …/v1/audio/speech.
#pragma once

#include "standins/session.hpp"

namespace offhook::standins {

void serve_openai_chat(Site& site, const net::HttpRequest& request, const net::Service::Respond& respond);
void serve_openai_transcription(Site& site, const net::HttpRequest& request, const net::Service::Respond& respond);
void serve_openai_speech(Site& site, const net::HttpRequest& request, const net::Service::Respond& respond);

net::HttpResponse openai_refusal(int status, std::string_view said);

}  // namespace offhook::standins

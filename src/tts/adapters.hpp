// The voices that are services, one function for each protocol. `spec` is filled in (providers.hpp).
#pragma once

#include <memory>

#include "net/http_client.hpp"
#include "net/loop.hpp"
#include "tts/providers.hpp"

namespace offhook::tts {

// One socket for many clauses: cartesia.cpp, elevenlabs.cpp.
std::unique_ptr<Voice> cartesia(net::Loop& loop, net::HttpClient& http, const Spec& spec);
std::unique_ptr<Voice> elevenlabs(net::Loop& loop, net::HttpClient& http, const Spec& spec);
// A socket for each clause, opened ahead: elevenlabs.cpp, deepgram.cpp.
std::unique_ptr<Voice> elevenlabs_single(net::Loop& loop, net::HttpClient& http, const Spec& spec);
std::unique_ptr<Voice> deepgram(net::Loop& loop, net::HttpClient& http, const Spec& spec);
// POST /audio/speech of OpenAI and the servers that are compatible with it: openai_speech.cpp.
std::unique_ptr<Voice> openai_speech(net::Loop& loop, net::HttpClient& http, const Spec& spec);

// Voice::key(): all that makes this voice sound as it does.
std::string key_of(const Spec& spec);

}  // namespace offhook::tts

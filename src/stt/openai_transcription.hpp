// Transcription as OpenAI defined it (POST {base}/audio/transcriptions) and Groq, vLLM, speaches and others serve it:
// whole utterances, one request at a time for each session, under segment_session.hpp.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http_client.hpp"
#include "stt/providers.hpp"
#include "stt/stt.hpp"

namespace offhook::stt {

// `spec` is complete. `partials`: the open utterance is sent again and again while the caller speaks; each time is paid
// for, so that is for one's own server. `http` is the loop's that sessions are opened on.
std::unique_ptr<Recognizer> openai_transcription(net::HttpClient& http, const Spec& spec, bool partials);

// Pure parts. The body of the request, multipart/form-data (RFC 7578); `samples` at kRate become a WAV of 16 bits.
std::string encode_transcription(const Spec& spec, std::span<const float> samples, std::string_view boundary);
// The transcript out of what came back; an error says what the service said. Whose account is spent is refused, not
// merely asked to wait.
Result<std::string> parse_transcription(int status, const net::Headers& headers, std::string_view body);

}  // namespace offhook::stt

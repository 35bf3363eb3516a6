// The XML that answers Twilio's "a call comes in" webhook. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::edge {

// Connects the call to `stream_url` (wss://…, no query: Twilio drops it) in both directions. The form's To, From and
// CallSid travel as the parameters to, from and call_sid, which come back in the stream's start message; one that would
// break Twilio's bound of 500 characters for name and value is left out. The call ends when the stream does.
std::string twiml_connect(std::string_view stream_url, const std::vector<std::pair<std::string, std::string>>& form);

// A busy tone, unanswered and so not billed.
std::string twiml_reject_busy();

// For text and for attributes in double quotes. What XML 1.0 cannot carry (control characters, bytes that are not
// UTF-8) becomes U+FFFD.
std::string xml_escaped(std::string_view text);

}  // namespace offhook::edge

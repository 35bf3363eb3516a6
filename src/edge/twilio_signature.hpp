// X-Twilio-Signature: proof that a request comes from the account whose auth token we hold. Source: Twilio's "Webhooks
// security" and the behaviour of its Node helper library 6.2. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace offhook::edge {

struct SignedRequest {
  std::string url;  // the public one, exactly as the carrier called it: scheme, authority, path and query as received
  std::vector<std::pair<std::string, std::string>> form;  // of a form-encoded POST, decoded; else empty
  std::optional<std::string> body;                        // of a POST of any other type: the URL must carry its hash
};

// Ok, or Errc::refused saying what does not fit. The URL is tried as given, without its port and with the usual port;
// for the upgrade of a WebSocket (ws, wss) also as http(s) and with or without a trailing slash, as carriers disagree
// on that. An empty token never fits.
Result<void> check_twilio_signature(std::string_view token, std::string_view header, const SignedRequest& request);

// What the header should be for this URL and form: base64(HMAC-SHA1(token, url + sorted parameters)). Signs our own
// calls.
std::string twilio_signature(std::string_view token, std::string_view url,
                             const std::vector<std::pair<std::string, std::string>>& form = {});

}  // namespace offhook::edge

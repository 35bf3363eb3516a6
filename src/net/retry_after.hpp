// How long a service that said no asks to be left alone: Retry-After (RFC 9110 10.2.3) and its kin. Pure.
#pragma once

#include <ctime>

#include "base/clock.hpp"
#include "net/http.hpp"

namespace offhook::net {

// retry-after-ms before retry-after, which is seconds (vendors send fractions, too) or a date, compared with `now`.
// 0: it does not say, or nothing that can be understood, or what has passed. At most a day.
Duration retry_after(const Headers& headers, std::time_t now = std::time(nullptr));

// How long the account has nothing left, by the headers of an answer that was still given: a limit before it is hit.
// OpenAI and those like it: x-ratelimit-remaining-requests and -tokens, x-ratelimit-reset-… ("1s", "6m0s", "20ms").
// Anthropic: anthropic-ratelimit-requests-, -tokens-, -input-tokens-, -output-tokens-remaining and -reset (RFC 3339).
// 0: there is something left, or nothing is said. At most a day.
Duration exhausted_for(const Headers& headers, std::time_t now = std::time(nullptr));

}  // namespace offhook::net

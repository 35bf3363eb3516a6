// The price file: what services cost. Bundled: prices.yaml at the root of the repository.
//
//   currency: USD
//   stt: { deepgram nova-3: { audio_minute: 0.0077 } }
//   llm: { openai gpt-4.1: { million_prompt: 2, million_cached: 0.5, million_completion: 8 } }
//   tts: { cartesia: { million_characters: 50 } }       # of all its models that have no entry of their own
//
// Each entry says all that its kind is paid by; only million_cached may be left out, and is million_prompt then.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "telemetry/costs.hpp"

namespace offhook::server {

inline constexpr std::size_t kMostPrices = 1000;  // entries of a file

// All mistakes, a line each, "FILE:LINE:COLUMN: …"; ten at most.
Result<telemetry::Prices> parse_prices(std::string_view text, const std::string& name);
Result<telemetry::Prices> read_prices(const std::string& path);  // instead of the bundled ones, not beside them
telemetry::Prices bundled_prices();

}  // namespace offhook::server

// The voices that are services, as an agent's file names them. A new one is a row here and an adapter beside the
// others: docs/adding-a-provider.md.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/http_client.hpp"
#include "tts/tts.hpp"

namespace offhook::tts {

// One entry of `tts:`, the first or a fallback.
struct Spec {
  std::string provider = "local";
  std::string base_url = {};                          // empty: the provider's own
  std::string api_key = {};                           // empty: none is sent
  std::string model = {}, voice = {}, language = {};  // empty: the provider's default
  double speed = 0;                                   // 1 is the voice's own pace; 0: not said
  int concurrency = 0;                                // clauses at once that the account bears; 0: not known
};

struct Provider {
  std::string_view name;          // in the agent's file
  std::string_view base_url;      // the vendor's own
  std::string_view key_variable;  // the vendor's usual; asked for only where base_url is the vendor's own
  std::string_view model, voice;
  // `spec` with everything filled in. Callbacks come on `loop`; `http` is that loop's.
  std::unique_ptr<Voice> (*make)(net::Loop& loop, net::HttpClient& http, const Spec& spec);
};
std::span<const Provider> providers();  // without "local"
const Provider* find_provider(std::string_view name);

// Fills in what the spec leaves out and makes it; null if there is no such provider (or it is "local").
std::unique_ptr<Voice> connect(net::Loop& loop, net::HttpClient& http, Spec spec);

}  // namespace offhook::tts

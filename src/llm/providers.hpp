// The language models that are services, as an agent's file names them. One that speaks OpenAI's chat completions is a
// row of quirks; another protocol is a dialect beside the others: docs/adding-a-provider.md.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "llm/llm.hpp"
#include "net/http_client.hpp"
#include "net/loop.hpp"

namespace offhook::llm {

// One entry of `llm:`, the first or a fallback.
struct Spec {
  std::string provider = "local";
  std::string base_url;  // up to and without /chat/completions and the like; empty: the provider's own
  std::string model;
  std::string api_key;    // empty: none is sent
  std::string reasoning;  // effort, in the provider's words ("none", "low", …); empty: not said
  int concurrency = 0;    // requests at once that the account bears; 0: not known
  // Of the embedded model only.
  bool cache_prompt = false;                           // llama-server's field
  double presence_penalty = 0, frequency_penalty = 0;  // -2..2, sent unless 0
};

struct Provider {
  std::string_view name;          // in the agent's file
  std::string_view base_url;      // the vendor's own; empty: must be given
  std::string_view key_variable;  // the vendor's usual; asked for only where base_url is the vendor's own
  std::string_view model;         // empty: must be given
  // `spec` with everything filled in. Callbacks come on `loop`; `http` is that loop's.
  std::unique_ptr<Client> (*make)(net::Loop& loop, net::HttpClient& http, const Spec& spec);
};
std::span<const Provider> providers();  // without "local"
const Provider* find_provider(std::string_view name);

// Fills in what the spec leaves out and makes it; null if there is no such provider (or it is "local").
std::unique_ptr<Client> connect(net::Loop& loop, net::HttpClient& http, Spec spec);

}  // namespace offhook::llm

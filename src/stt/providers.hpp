// The recognisers that are services, as an agent's file names them. A new one is a row here and an adapter beside the
// others: docs/adding-a-provider.md.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_client.hpp"
#include "stt/stt.hpp"

namespace offhook::stt {

// One entry of `stt:`, the first or a fallback.
struct Spec {
  std::string provider = "local";
  std::string base_url;                           // empty: the provider's own
  std::string api_key;                            // empty: none is sent
  std::string model;                              // empty: the provider's default
  std::string language;                           // BCP 47, "en-US"; empty: the provider's default
  std::vector<std::string> keyterms;              // words that the caller is likely to say
  double end_of_turn = 0, eager_end_of_turn = 0;  // 0..1, thresholds of services that find turns; 0: the provider's own
  enum class Partials { automatic, on, off } partials = Partials::automatic;  // of services that take whole utterances
  int concurrency = 0;  // sessions or requests at once that the account bears; 0: not known
};

struct Provider {
  std::string_view name;          // in the agent's file
  std::string_view base_url;      // the vendor's own
  std::string_view key_variable;  // the vendor's usual; asked for only where base_url is the vendor's own
  std::string_view model;
  // `spec` with everything filled in. Sessions live on `loop`; `http` is that loop's.
  std::unique_ptr<Recognizer> (*make)(net::Loop& loop, net::HttpClient& http, const Spec& spec);
};
std::span<const Provider> providers();  // without "local"
const Provider* find_provider(std::string_view name);

// Fills in what the spec leaves out and makes it; null if there is no such provider (or it is "local").
std::unique_ptr<Recognizer> connect(net::Loop& loop, net::HttpClient& http, Spec spec);

}  // namespace offhook::stt

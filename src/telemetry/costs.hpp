// What a call costs: prices, and the bill of one call. Values without clock or lock. Money is counted in whole
// millionths of the price list's currency, so that the same use always makes the same sum.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace offhook::telemetry {

enum class ServiceKind { stt, llm, tts };
inline constexpr ServiceKind kServiceKinds[] = {ServiceKind::stt, ServiceKind::llm, ServiceKind::tts};
std::string_view name(ServiceKind kind);  // "stt", "llm", "tts"

// In the list's currency, 0 to kHighest. Only what the kind of service is paid by counts.
struct Price {
  static constexpr double kHighest = 1'000'000;
  double audio_minute = 0;                                                // stt
  double million_prompt = 0, million_cached = 0, million_completion = 0;  // llm, by tokens
  double million_characters = 0;                                          // tts
};

struct Prices {
  std::string currency = "USD";
  std::map<std::string, Price, std::less<>> stt, llm, tts;

  const std::map<std::string, Price, std::less<>>& of(ServiceKind kind) const;
  std::map<std::string, Price, std::less<>>& of(ServiceKind kind);
  // `service` is a provider and its model, "deepgram nova-3". Its own price, else that of its provider ("deepgram");
  // "local" costs nothing. None: not known.
  std::optional<Price> find(ServiceKind kind, std::string_view service) const;
};

struct Tokens {
  std::int64_t prompt = 0;  // all of it; `cached` says how many of these came from the service's cache
  std::int64_t cached = 0;
  std::int64_t completion = 0;

  Tokens& operator+=(const Tokens& more);
  friend bool operator==(const Tokens&, const Tokens&) = default;
};

// Where a service was cut off before it told its usage: some four bytes of UTF-8 a token, in most languages.
std::int64_t estimated_tokens(std::string_view text);

// What one service has done in a call.
struct BillEntry {
  ServiceKind kind = ServiceKind::stt;
  std::string service;
  Duration audio{};                          // stt: handed over
  Tokens tokens;                             // llm: of answers that were used …
  Tokens speculated;                         // … and of those asked ahead of the turn's end and thrown away
  std::int64_t characters = 0, unheard = 0;  // tts: spoken, and of these never heard by the caller
  bool estimated = false;                    // some tokens are a guess
  std::optional<std::int64_t> micros;        // none: no price is known
};

// One call's. An entry for each service that took part, so as many as its agent names at most. Negative amounts are
// taken for 0.
class Bill {
 public:
  struct About {
    bool speculated = false;  // the request was thrown away
    bool estimated = false;   // the service did not tell
  };

  explicit Bill(std::shared_ptr<const Prices> prices) : prices_(std::move(prices)) {}

  void add_audio(std::string_view service, Duration audio);
  void add_tokens(std::string_view service, Tokens tokens, About about);
  void add_tokens(std::string_view service, Tokens tokens) { add_tokens(service, tokens, About()); }
  // Given to a voice to be spoken; unheard until add_heard says otherwise, in either order.
  void add_characters(std::string_view service, std::int64_t characters);
  void add_heard(std::string_view service, std::int64_t characters);

  // The sum of the entries that have a price.
  std::int64_t micros() const;
  std::vector<BillEntry> entries() const;     // by kind, then by name
  std::vector<std::string> unpriced() const;  // "llm acme large": micros() lacks these
  bool estimated() const;
  const std::string& currency() const { return prices_->currency; }

 private:
  struct Use {
    std::int64_t audio_us = 0, characters = 0, heard = 0;
    Tokens tokens, speculated;
    bool estimated = false;
  };
  Use& use(ServiceKind kind, std::string_view service) { return uses_[{kind, std::string(service)}]; }
  std::optional<std::int64_t> cost(ServiceKind kind, std::string_view service, const Use& use) const;

  std::shared_ptr<const Prices> prices_;
  std::map<std::pair<ServiceKind, std::string>, Use> uses_;
};

// "0.012345": millionths as a decimal number, for logs and metrics.
std::string decimal(std::int64_t micros);

}  // namespace offhook::telemetry

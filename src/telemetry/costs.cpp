#include "telemetry/costs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>

namespace offhook::telemetry {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

// A use times a price is more than 64 bits hold, where someone's currency is small and their agent busy.
__extension__ typedef __int128 Wide;

// A price in whole millionths.
Wide whole(double price) {
  return std::isfinite(price) ? std::llround(std::clamp(price, 0.0, Price::kHighest) * 1e6) : 0;
}

std::int64_t at_least_0(std::int64_t n) {
  return std::max<std::int64_t>(n, 0);
}

// Millionths of a millionth.
Wide tokens_cost(const Tokens& t, const Price& p) {
  const std::int64_t cached = std::min(t.cached, t.prompt);
  return (t.prompt - cached) * whole(p.million_prompt) + cached * whole(p.million_cached) +
         t.completion * whole(p.million_completion);
}

std::int64_t rounded(Wide n, std::int64_t by) {
  return static_cast<std::int64_t>((n + by / 2) / by);
}

}  // namespace

std::string_view name(ServiceKind kind) {
  switch (kind) {
    case ServiceKind::stt: return "stt";
    case ServiceKind::llm: return "llm";
    case ServiceKind::tts: break;
  }
  return "tts";
}

const std::map<std::string, Price, std::less<>>& Prices::of(ServiceKind kind) const {
  return kind == ServiceKind::stt ? stt : kind == ServiceKind::llm ? llm : tts;
}

std::map<std::string, Price, std::less<>>& Prices::of(ServiceKind kind) {
  return kind == ServiceKind::stt ? stt : kind == ServiceKind::llm ? llm : tts;
}

std::optional<Price> Prices::find(ServiceKind kind, std::string_view service) const {
  const auto& list = of(kind);
  const std::string_view provider = service.substr(0, service.find(' '));
  for (const std::string_view wanted : {service, provider})
    if (const auto found = list.find(wanted); found != list.end()) return found->second;
  if (provider == "local") return Price{};
  return std::nullopt;
}

Tokens& Tokens::operator+=(const Tokens& more) {
  prompt += at_least_0(more.prompt);
  cached += at_least_0(more.cached);
  completion += at_least_0(more.completion);
  return *this;
}

std::int64_t estimated_tokens(std::string_view text) {
  return static_cast<std::int64_t>((text.size() + 3) / 4);
}

void Bill::add_audio(std::string_view service, Duration audio) {
  use(ServiceKind::stt, service).audio_us += at_least_0(audio.count());
}

void Bill::add_tokens(std::string_view service, Tokens tokens, About about) {
  Use& u = use(ServiceKind::llm, service);
  (about.speculated ? u.speculated : u.tokens) += tokens;
  u.estimated |= about.estimated;
}

void Bill::add_characters(std::string_view service, std::int64_t characters) {
  use(ServiceKind::tts, service).characters += at_least_0(characters);
}

void Bill::add_heard(std::string_view service, std::int64_t characters) {
  use(ServiceKind::tts, service).heard += at_least_0(characters);
}

std::optional<std::int64_t> Bill::cost(ServiceKind kind, std::string_view service, const Use& use) const {
  const auto price = prices_->find(kind, service);
  if (!price) return std::nullopt;
  switch (kind) {
    case ServiceKind::stt: return rounded(use.audio_us * whole(price->audio_minute), 60 * kMillion);
    case ServiceKind::llm:
      return rounded(tokens_cost(use.tokens, *price) + tokens_cost(use.speculated, *price), kMillion);
    case ServiceKind::tts: break;
  }
  return rounded(use.characters * whole(price->million_characters), kMillion);
}

std::vector<BillEntry> Bill::entries() const {
  std::vector<BillEntry> out;
  for (const auto& [key, use] : uses_) {
    BillEntry& e = out.emplace_back();
    std::tie(e.kind, e.service) = key;
    e.audio = Duration(use.audio_us);
    e.tokens = use.tokens;
    e.speculated = use.speculated;
    e.characters = use.characters;
    e.unheard = at_least_0(use.characters - use.heard);
    e.estimated = use.estimated;
    e.micros = cost(key.first, key.second, use);
  }
  return out;
}

std::int64_t Bill::micros() const {
  std::int64_t sum = 0;
  for (const auto& [key, use] : uses_) sum += cost(key.first, key.second, use).value_or(0);
  return sum;
}

std::vector<std::string> Bill::unpriced() const {
  std::vector<std::string> out;
  for (const auto& [key, use] : uses_)
    if (!prices_->find(key.first, key.second)) out.push_back(std::string(name(key.first)) + " " + key.second);
  return out;
}

bool Bill::estimated() const {
  return std::ranges::any_of(uses_, [](const auto& entry) { return entry.second.estimated; });
}

std::string decimal(std::int64_t micros) {
  char text[40];
  const std::int64_t whole = micros / kMillion, rest = std::abs(micros % kMillion);
  std::snprintf(text, sizeof text, "%s%lld.%06lld", micros < 0 && whole == 0 ? "-" : "", static_cast<long long>(whole),
                static_cast<long long>(rest));
  return text;
}

}  // namespace offhook::telemetry

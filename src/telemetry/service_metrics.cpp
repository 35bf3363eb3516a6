#include "telemetry/service_metrics.hpp"

#include <algorithm>
#include <cassert>
#include <initializer_list>
#include <utility>

namespace offhook::telemetry {
namespace {

constexpr std::string_view kOther = "other";

}  // namespace

ServiceMetrics::ServiceMetrics(const std::vector<Service>& known, std::string currency)
    : currency_(std::move(currency)) {
  for (const ServiceKind kind : kServiceKinds) {
    for (const Service& service : known)
      if (service.kind == kind &&
          std::ranges::none_of(rows_, [&](const Row& r) { return r.kind == kind && r.service == service.name; }))
        rows_.emplace_back(kind, service.name);
    rows_.emplace_back(kind, std::string(kOther));
  }
}

ServiceMetrics::Row& ServiceMetrics::row(ServiceKind kind, std::string_view service) {
  const auto is = [&](std::string_view name) {
    return std::ranges::find_if(rows_, [&](const Row& r) { return r.kind == kind && r.service == name; });
  };
  const auto found = is(service);
  return found != rows_.end() ? *found : *is(kOther);
}

void ServiceMetrics::request(ServiceKind kind, std::string_view service, RequestOutcome outcome) {
  Row& r = row(kind, service);
  switch (outcome) {
    case RequestOutcome::ok: return r.ok.add();
    case RequestOutcome::failed: return r.failed.add();
    case RequestOutcome::refused: return r.refused.add();
    case RequestOutcome::cancelled: return r.cancelled.add();
  }
}

void ServiceMetrics::add(const std::vector<BillEntry>& entries) {
  for (const BillEntry& e : entries) {
    Row& r = row(e.kind, e.service);
    r.audio_us.add(e.audio.count());
    const std::int64_t cached = std::min(e.tokens.cached, e.tokens.prompt);
    r.prompt.add(e.tokens.prompt - cached);
    r.cached.add(cached);
    r.completion.add(e.tokens.completion);
    r.speculated.add(e.speculated.prompt + e.speculated.completion);
    r.heard.add(e.characters - e.unheard);
    r.unheard.add(e.unheard);
    r.micros.add(e.micros.value_or(0));
    if (!e.micros) r.unpriced.add();
  }
}

void scrape_services(Scrape& s, const std::vector<const ServiceMetrics*>& loops) {
  using Row = ServiceMetrics::Row;
  if (loops.empty()) return;
  const std::size_t rows = loops.front()->rows_.size();
  assert(std::ranges::all_of(loops, [&](const ServiceMetrics* m) { return m->rows_.size() == rows; }));
  // One line for each service of `kind` that the agents name, and for others once there are any.
  const auto each = [&](std::initializer_list<ServiceKind> kinds, Counter Row::* which, auto line) {
    for (std::size_t i = 0; i < rows; ++i) {
      const Row& row = loops.front()->rows_[i];
      if (std::ranges::find(kinds, row.kind) == kinds.end()) continue;
      std::int64_t n = 0;
      for (const auto* m : loops) n += (m->rows_[i].*which).value();
      if (n != 0 || row.service != kOther) line(n, label("service", row.service), row);
    }
  };
  using K = ServiceKind;
  const auto type = [](const Row& row) { return ',' + label("type", name(row.kind)); };

  const std::pair<const char*, Counter Row::*> outcomes[] = {
      {"ok", &Row::ok}, {"failed", &Row::failed}, {"refused", &Row::refused}, {"cancelled", &Row::cancelled}};
  for (const auto& [outcome, which] : outcomes)
    each({K::stt, K::llm, K::tts}, which, [&](std::int64_t n, const std::string& service, const Row& row) {
      s.counter("offhook_service_requests_total", "Requests to services by their outcome.", n,
                service + type(row) + ',' + label("outcome", outcome));
    });
  each({K::stt}, &Row::audio_us, [&](std::int64_t n, const std::string& service, const Row&) {
    s.millionths("offhook_service_audio_seconds_total", "Sound handed over to recognisers.", n, service);
  });
  const std::pair<const char*, Counter Row::*> tokens[] = {{"prompt", &Row::prompt},
                                                           {"cached", &Row::cached},
                                                           {"completion", &Row::completion},
                                                           {"speculated", &Row::speculated}};
  for (const auto& [kind, which] : tokens)
    each({K::llm}, which, [&](std::int64_t n, const std::string& service, const Row&) {
      s.counter("offhook_tokens_total",
                "Tokens of language models: prompt without cached, completion, and all of answers thrown away.", n,
                service + ',' + label("kind", kind));
    });
  const std::pair<const char*, Counter Row::*> characters[] = {{"true", &Row::heard}, {"false", &Row::unheard}};
  for (const auto& [heard, which] : characters)
    each({K::tts}, which, [&](std::int64_t n, const std::string& service, const Row&) {
      s.counter("offhook_characters_total", "Characters given to voices, heard by the caller or not.", n,
                service + ',' + label("heard", heard));
    });
  const std::string currency = ',' + label("currency", loops.front()->currency_);
  each({K::stt, K::llm, K::tts}, &Row::micros, [&](std::int64_t n, const std::string& service, const Row& row) {
    s.millionths("offhook_cost_total", "What services cost by the price list.", n, service + type(row) + currency);
  });
  each({K::stt, K::llm, K::tts}, &Row::unpriced, [&](std::int64_t n, const std::string& service, const Row& row) {
    s.counter("offhook_unpriced_calls_total", "Calls with a service that the price list does not know.", n,
              service + type(row));
  });
}

}  // namespace offhook::telemetry

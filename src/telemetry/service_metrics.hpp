// What the services were asked for and what they cost, for /metrics: one row for each service that the agents name.
// Which rows there are is fixed at the start, so a label's values are bounded; whatever is not among them is counted
// as "other". Each loop has a set of its own, written by its thread alone without locks; the scrape adds them up.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/costs.hpp"
#include "telemetry/metrics.hpp"

namespace offhook::telemetry {

enum class RequestOutcome {
  ok,
  failed,     // it broke, or took too long
  refused,    // by the service, or by us because it was known not to work
  cancelled,  // we lost interest
};

class ServiceMetrics {
 public:
  struct Service {
    ServiceKind kind;
    std::string name;  // "deepgram nova-3"
  };

  ServiceMetrics(const std::vector<Service>& known, std::string currency);

  void request(ServiceKind kind, std::string_view service, RequestOutcome outcome);
  void add(const std::vector<BillEntry>& entries);  // of a call that has ended

 private:
  friend void scrape_services(Scrape& scrape, const std::vector<const ServiceMetrics*>& loops);
  struct Row {
    Row(ServiceKind k, std::string n) : kind(k), service(std::move(n)) {}
    const ServiceKind kind;
    const std::string service;
    Counter ok, failed, refused, cancelled;
    Counter audio_us, prompt, cached, completion, speculated, heard, unheard, micros, unpriced;
  };
  Row& row(ServiceKind kind, std::string_view service);

  std::deque<Row> rows_;  // the last of each kind is "other"
  const std::string currency_;
};

// offhook_service_requests_total, offhook_service_audio_seconds_total, offhook_tokens_total, offhook_characters_total,
// offhook_cost_total, offhook_unpriced_calls_total. All loops must have been given the same services.
void scrape_services(Scrape& scrape, const std::vector<const ServiceMetrics*>& loops);

}  // namespace offhook::telemetry

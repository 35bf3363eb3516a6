#include "standins/faults.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <optional>

#include "standins/fields.hpp"

namespace offhook::standins {
namespace {

constexpr std::array<std::string_view, 9> kinds = {"cut",          "refuse", "error", "silent", "garbage",
                                                   "stop_reading", "no_end", "delay", "limit"};

bool lasting(const Fault& fault) {
  return fault.kind == Fault::Kind::delay || fault.kind == Fault::Kind::limit;
}

Fault read_fault(const json::object& object, Problem& problem) {
  Fault fault;
  Fields fields(object, "fault", problem);
  const std::string kind = fields.text("kind", Need::required);
  const auto found = std::find(kinds.begin(), kinds.end(), kind);
  if (found == kinds.end())
    problem.found("fault: kind: found \"" + kind + "\", expected cut, refuse, error, silent, " +
                  "garbage, stop_reading, no_end, delay or limit");
  else
    fault.kind = static_cast<Fault::Kind>(found - kinds.begin());
  fault.after = static_cast<std::size_t>(fields.whole("after", 0, 1000000).value_or(0));
  fault.times = static_cast<int>(fields.whole("times", -1, 1000000).value_or(-1));
  fault.status = static_cast<int>(fields.whole("status", 400, 599).value_or(503));
  fault.body = fields.text("body");
  fault.retry_after = std::chrono::seconds(fields.whole("retry_after_s", 0, 3600).value_or(0));
  fault.delay = std::chrono::milliseconds(fields.whole("delay_ms", 0, 600000).value_or(0));
  fault.limit = static_cast<std::size_t>(fields.whole("limit", 0, 1000000).value_or(0));
  fault.binary = fields.flag("binary").value_or(false);
  fields.end();
  return fault;
}

}  // namespace

Result<std::pair<std::vector<Service>, std::vector<Fault>>> parse_faults(std::string_view text) {
  const std::string doing = "reading faults: ";
  boost::system::error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return Error{Errc::invalid, doing + "expected a JSON object"};
  Problem problem;
  Fields fields(value.get_object(), "request", problem);
  std::pair<std::vector<Service>, std::vector<Fault>> read;
  const std::string wanted = fields.text("service", Need::required);
  for (std::size_t i = 0; i < kServices; ++i)
    if (wanted == "*" || wanted == name(static_cast<Service>(i))) read.first.push_back(static_cast<Service>(i));
  if (read.first.empty()) problem.found("service: no service is named \"" + wanted + "\"");
  if (const json::array* list = fields.array("faults", Need::required))
    for (const json::value& item : *list) {
      if (item.is_object())
        read.second.push_back(read_fault(item.get_object(), problem));
      else
        problem.found("faults: expected objects");
    }
  fields.end();
  if (problem) return Error{Errc::invalid, doing + problem.what()};
  return read;
}

void FaultBoard::set(Service service, std::vector<Fault> faults) {
  of(service).faults = std::move(faults);
  const auto listeners = of(service).listeners;  // one that is struck may go, and take no other with it
  for (FaultListener* listener : listeners)
    if (of(service).listeners.contains(listener)) listener->on_faults_changed();
}

const Fault* FaultBoard::next(Service service) const {
  for (const Fault& fault : of(service).faults)
    if (!lasting(fault) && fault.times != 0) return &fault;
  return nullptr;
}

void FaultBoard::struck(Service service) {
  ledger_.count(service, [](Counters& c) { ++c.faults; });
  for (Fault& fault : of(service).faults)
    if (!lasting(fault) && fault.times != 0) {
      if (fault.times > 0) --fault.times;
      return;
    }
}

Duration FaultBoard::delay(Service service) const {
  for (const Fault& fault : of(service).faults)
    if (fault.kind == Fault::Kind::delay) return fault.delay;
  return {};
}

const Fault* FaultBoard::limit(Service service) const {
  for (const Fault& fault : of(service).faults)
    if (fault.kind == Fault::Kind::limit) return &fault;
  return nullptr;
}

}  // namespace offhook::standins

#include "standins/ledger.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.hpp"

namespace offhook::standins {
namespace {

namespace json = boost::json;

constexpr std::size_t most_complaints = 1000, longest_memory = 16384;
constexpr std::array<std::string_view, kServices> names = {
    "deepgram",    "deepgram.speak",        "flux",          "cartesia",  "elevenlabs",
    "openai.chat", "openai.transcriptions", "openai.speech", "anthropic", "gemini"};

json::object shown(const Counters& c) {
  return {{"connections", c.connections},
          {"open", c.open},
          {"most_open", c.most_open},
          {"refused", c.refused},
          {"messages_in", c.messages_in},
          {"messages_out", c.messages_out},
          {"faults", c.faults},
          {"seconds_in", c.seconds_in},
          {"keepalives", c.keepalives},
          {"finalizes", c.finalizes},
          {"cancels", c.cancels},
          {"contexts", c.contexts},
          {"contexts_open", c.contexts_open},
          {"most_contexts", c.most_contexts},
          {"characters", c.characters},
          {"seconds_out", c.seconds_out},
          {"tokens_out", c.tokens_out},
          {"seconds_after_cancel", c.seconds_after_cancel},
          {"characters_after_cancel", c.characters_after_cancel}};
}

}  // namespace

std::string_view name(Service service) {
  return names[static_cast<std::size_t>(service)];
}

std::optional<Service> service_named(std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Service>(found - names.begin());
}

void Ledger::opened(Service service) {
  count(service, [](Counters& c) {
    ++c.connections;
    c.most_open = std::max(c.most_open, ++c.open);
  });
}

void Ledger::closed(Service service) {
  count(service, [](Counters& c) { --c.open; });
}

void Ledger::remember(Service service, std::string_view received) {
  const std::lock_guard lock(mutex_);
  if (log_lines_ == 0) return;
  auto& log = received_[static_cast<std::size_t>(service)];
  if (log.size() == log_lines_) log.pop_front();
  log.emplace_back(received.substr(0, longest_memory));
}

void Ledger::complain(std::string_view who, std::string_view what) {
  std::string line = std::string(who) + ": " + std::string(what);
  log::warn("standin_complains", {{"about", line}});
  const std::lock_guard lock(mutex_);
  if (complaints_.size() < most_complaints) complaints_.push_back(std::move(line));
}

Counters Ledger::counters(Service service) const {
  const std::lock_guard lock(mutex_);
  return counters_[static_cast<std::size_t>(service)];
}

std::vector<std::string> Ledger::received(Service service) const {
  const std::lock_guard lock(mutex_);
  const auto& log = received_[static_cast<std::size_t>(service)];
  return {log.begin(), log.end()};
}

std::vector<std::string> Ledger::complaints() const {
  const std::lock_guard lock(mutex_);
  return complaints_;
}

std::string Ledger::as_json() const {
  const std::lock_guard lock(mutex_);
  json::object all;
  for (std::size_t i = 0; i < kServices; ++i) all[names[i]] = shown(counters_[i]);
  json::array complaints;
  for (const std::string& line : complaints_) complaints.emplace_back(line);
  all["complaints"] = std::move(complaints);
  return json::serialize(all);
}

void Ledger::clear() {
  const std::lock_guard lock(mutex_);
  for (Counters& c : counters_) {
    Counters fresh;
    fresh.open = fresh.most_open = c.open;
    fresh.contexts_open = fresh.most_contexts = c.contexts_open;
    c = fresh;
  }
  for (auto& log : received_) log.clear();
  complaints_.clear();
}

}  // namespace offhook::standins

#include "server/prices.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "server/yaml.hpp"

namespace offhook::embedded {
extern const std::string_view prices;
}

namespace offhook::server {
namespace {

using telemetry::Price;
using telemetry::Prices;
using telemetry::ServiceKind;
using yaml::Node;

constexpr std::size_t kMostComplaints = 10, kLongestName = 200;

struct Rate {
  std::string_view key;
  double Price::* value;
  bool needed;
};
std::vector<Rate> rates_of(ServiceKind kind) {
  switch (kind) {
    case ServiceKind::stt: return {{"audio_minute", &Price::audio_minute, true}};
    case ServiceKind::llm:
      return {{"million_prompt", &Price::million_prompt, true},
              {"million_cached", &Price::million_cached, false},
              {"million_completion", &Price::million_completion, true}};
    case ServiceKind::tts: break;
  }
  return {{"million_characters", &Price::million_characters, true}};
}

std::string list_of(const std::vector<Rate>& rates) {
  std::string out;
  for (std::size_t i = 0; i < rates.size(); ++i)
    out += (i == 0 ? "" : i + 1 == rates.size() ? " or " : ", ") + std::string(rates[i].key);
  return out;
}

class PriceReader {
 public:
  explicit PriceReader(const yaml::Document& document) : document_(document) {}

  Result<Prices> read() {
    Prices prices;
    if (is_map(document_.root, "currency, stt, llm and tts")) {
      for (const Node& item : document_.root.items) {
        if (item.key == "currency") {
          currency(item, prices.currency);
          continue;
        }
        const auto kind = std::ranges::find(telemetry::kServiceKinds, item.key, telemetry::name);
        if (kind == std::end(telemetry::kServiceKinds))
          complain(item.key_at, "unknown key " + log::quoted(item.key) + ", expected currency, stt, llm or tts");
        else
          section(item, *kind, prices.of(*kind));
      }
    }
    if (complaints_.empty()) return prices;
    std::string all;
    for (const std::string& c : complaints_) all += (all.empty() ? "" : "\n") + c;
    return Error{Errc::invalid, all};
  }

 private:
  void complain(yaml::Position at, const std::string& what) {
    if (complaints_.size() < kMostComplaints)
      complaints_.push_back(document_.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
                            what);
  }

  bool is_map(const Node& node, const std::string& expected) {
    if (node.kind == Node::Kind::map) return true;
    if (node.kind != Node::Kind::nothing || &node != &document_.root) complain(node.at, "expected " + expected);
    return false;
  }

  void currency(const Node& node, std::string& out) {
    const bool letters =
        node.text.size() == 3 && std::ranges::all_of(node.text, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (node.kind == Node::Kind::scalar && letters)
      out = node.text;
    else
      complain(node.at, "currency: expected three capital letters such as USD (ISO 4217)");
  }

  void section(const Node& node, ServiceKind kind, std::map<std::string, Price, std::less<>>& out) {
    if (node.kind == Node::Kind::nothing) return;
    if (!is_map(node, "services and their prices, such as PROVIDER MODEL: { " + std::string(rates_of(kind)[0].key) +
                          ": 0.5 }"))
      return;
    for (const Node& service : node.items) {
      if (++entries_ > kMostPrices)
        return complain(service.key_at, "more than " + std::to_string(kMostPrices) + " prices; remove some");
      if (service.key.size() > kLongestName) {
        complain(service.key_at,
                 "expected PROVIDER or PROVIDER MODEL, at most " + std::to_string(kLongestName) + " bytes");
        continue;
      }
      out[service.key] = price(service, kind);
    }
  }

  Price price(const Node& node, ServiceKind kind) {
    const auto rates = rates_of(kind);
    Price out;
    if (!is_map(node, "{ " + std::string(rates[0].key) + ": … }")) return out;
    for (const Node& item : node.items) {
      const auto rate = std::ranges::find(rates, item.key, &Rate::key);
      if (rate == rates.end())
        complain(item.key_at, "unknown key " + log::quoted(item.key) + ", expected " + list_of(rates));
      else
        amount(item, out.*rate->value);
    }
    for (const Rate& rate : rates)
      if (rate.needed && !node.find(rate.key))
        complain(node.key_at, log::quoted(node.key) + ": " + std::string(rate.key) + " is missing");
    if (!node.find("million_cached")) out.million_cached = out.million_prompt;
    return out;
  }

  void amount(const Node& node, double& out) {
    const std::string& text = node.text;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool number = node.kind == Node::Kind::scalar && !node.quoted && error == std::errc() &&
                        end == text.data() + text.size() && std::isfinite(value);
    if (!number || value < 0 || value > Price::kHighest)
      return complain(node.at, node.key + ": expected a number from 0 to 1000000 such as 0.25");
    out = value;
  }

  const yaml::Document& document_;
  std::vector<std::string> complaints_;
  std::size_t entries_ = 0;
};

}  // namespace

Result<Prices> parse_prices(std::string_view text, const std::string& name) {
  const auto document = yaml::parse(text, name);
  if (!document) return document.error();
  return PriceReader(*document).read();
}

Result<Prices> read_prices(const std::string& path) {
  const auto document = yaml::read(path);
  if (!document) return document.error();
  return PriceReader(*document).read();
}

Prices bundled_prices() {
  auto prices = parse_prices(embedded::prices, "prices.yaml");
  if (!prices) log::fatal("prices_broken", {{"why", prices.error().what}});
  return std::move(*prices);
}

}  // namespace offhook::server

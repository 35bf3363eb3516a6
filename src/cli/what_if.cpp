#include "cli/what_if.hpp"

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <utility>

#include "base/utf8.hpp"
#include "cli/what_if_report.hpp"
#include "server/setting_by_name.hpp"

namespace offhook::cli {
namespace {

using call::Settings;
using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string quoted(const std::string& text) {
  return boost::json::serialize(boost::json::value(text));
}

Result<std::pair<std::string, std::string>> key_and_value(const std::string& option, const std::string& text) {
  const auto at = text.find('=');
  if (at == text.npos || at == 0)
    return Error{Errc::invalid, option + " " + text + ": expected KEY=VALUE, such as turn.min_delay=0.4s"};
  return std::pair(text.substr(0, at), text.substr(at + 1));
}

Result<void> apply(Settings& settings, const Pairs& pairs) {
  for (const auto& [key, value] : pairs)
    if (auto set = server::set_by_name(settings, key, value); !set) return set.error();
  return {};
}

// What is tried, one after the other: --set alone is one way, --sweep several.
struct Ways {
  std::string key;
  std::vector<std::pair<std::string, Pairs>> list;  // name and what it sets
};

Result<Ways> read(const WhatIfRequest& request) {
  Ways ways;
  Pairs common;
  for (const auto& text : request.set) {
    auto pair = key_and_value("--set", text);
    if (!pair) return pair.error();
    common.push_back(std::move(*pair));
  }
  if (request.sweep.empty()) {
    ways.list.emplace_back("changed", common);
  } else {
    auto pair = key_and_value("--sweep", request.sweep);
    if (!pair) return pair.error();
    ways.key = pair->first;
    for (std::size_t from = 0; from <= pair->second.size();) {
      const auto to = std::min(pair->second.find(',', from), pair->second.size());
      Pairs all = common;
      all.emplace_back(pair->first, pair->second.substr(from, to - from));
      ways.list.emplace_back(all.back().second, std::move(all));
      from = to + 1;
    }
    constexpr std::size_t kMost = 100;
    if (ways.list.size() > kMost) return Error{Errc::invalid, "--sweep " + ways.key + ": more than 100 values"};
  }
  for (const auto& [name, pairs] : ways.list) {
    Settings settings;
    if (auto fits = apply(settings, pairs); !fits) return fits.error();
  }
  return ways;
}

Result<call::PastCall> read_log(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Error{Errc::not_found, "it cannot be opened; give the path of an event log (….jsonl)"};
  return call::read_past_call(file);
}

class Report {
 public:
  Report(const Ways& ways, bool json) : ways_(ways), json_(json) {
    rows_.push_back({"recorded", {}});
    for (const auto& [name, pairs] : ways.list) rows_.push_back({name, {}});
  }

  Result<void> add(const std::string& path, const call::PastCall& call) {
    std::vector<call::WhatIf> results;
    for (const auto& [name, pairs] : ways_.list) {
      Settings settings = call.head.settings;
      if (auto set = apply(settings, pairs); !set) return set.error();
      auto result = call::what_if(call, settings);
      if (!result) return result.error();
      results.push_back(std::move(*result));
    }
    ++calls_;
    rows_[0].outcome.add(call.turns, call.tally, 0);
    for (std::size_t i = 0; i < results.size(); ++i)
      rows_[i + 1].outcome.add(results[i].turns, results[i].tally, results[i].uncertain);
    if (!ways_.key.empty()) return {};
    if (json_)
      logs_ += std::string(logs_.empty() ? "" : ",") + "{\"log\":" + quoted(path) +
               ",\"call\":" + quoted(call.head.call) + ",\"agent\":" + quoted(call.head.agent) +
               ",\"misfits\":" + std::to_string(call.misfits) + ",\"differences\":" + differences_json(results[0]) +
               "}";
    else
      std::fputs(differences_text(call, results[0]).c_str(), stdout);
    return {};
  }

  void print() const {
    if (json_) return print_json();
    if (ways_.key.empty())
      std::printf("%s%zu call%s\n%s", calls_ ? "\n" : "", calls_, calls_ == 1 ? "" : "s",
                  comparison_text(rows_[0].outcome, rows_[1].outcome).c_str());
    else
      std::fputs(sweep_text(ways_.key, rows_).c_str(), stdout);
  }
  std::size_t calls() const { return calls_; }

 private:
  void print_json() const {
    std::string text = "{\"calls\":" + std::to_string(calls_);
    text += ",\"recorded\":{" + outcome_json(rows_[0].outcome) + "}";
    if (ways_.key.empty()) {
      text += ",\"changed\":{" + outcome_json(rows_[1].outcome) + "},\"logs\":[" + logs_ + "]}";
    } else {
      text += ",\"sweep\":" + quoted(ways_.key) + ",\"rows\":[";
      for (std::size_t i = 1; i < rows_.size(); ++i)
        text += std::string(i > 1 ? "," : "") + "{\"value\":" + quoted(rows_[i].name) + "," +
                outcome_json(rows_[i].outcome) + "}";
      text += "]}";
    }
    std::puts(text.c_str());
  }

  const Ways& ways_;
  const bool json_;
  std::size_t calls_ = 0;
  std::vector<Row> rows_;
  std::string logs_;
};

}  // namespace

int what_if(const std::vector<std::string>& logs, const WhatIfRequest& request) {
  auto ways = read(request);
  if (!ways) {
    std::fprintf(stderr, "offhook: %s\n", ways.error().what.c_str());
    return 2;
  }
  Report report(*ways, request.json);
  for (const auto& path : logs) {
    auto call = read_log(path);
    const auto added = call ? report.add(path, *call) : Result<void>(call.error());
    if (!added)
      std::fprintf(stderr, "offhook: passing over %s: %s\n", path.c_str(), printable(added.error().what).c_str());
  }
  if (report.calls() == 0) return 2;
  report.print();
  return 0;
}

}  // namespace offhook::cli

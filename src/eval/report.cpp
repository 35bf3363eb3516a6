#include "eval/report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <map>

#include "base/utf8.hpp"
#include "base/xml.hpp"

namespace offhook::eval {
namespace {

namespace json = boost::json;
using Outcome = Check::Outcome;

std::size_t count(const std::vector<Check>& checks, Outcome outcome) {
  return static_cast<std::size_t>(std::ranges::count(checks, outcome, &Check::outcome));
}

std::string told(const Check& check) {
  return (check.of.empty() ? "" : check.of + ": ") + check.expected;
}

// On one line, fit for a terminal.
std::string shown(std::string_view text) {
  return printable(one_line(text, 2000));
}

std::string at(Duration d) {
  char text[32];
  std::snprintf(text, sizeof text, "%7.2f s  ", to_ms(d) / 1000);
  return text;
}

// What was said and done, by time.
std::string transcript(const Account& account) {
  std::multimap<Duration, std::string> all;
  for (const auto& line : account.lines)
    all.emplace(line.at, (line.agent ? "agent   " : "caller  ") + shown(line.text) + (line.cut ? " —" : ""));
  for (const auto& tool : account.tools)
    all.emplace(tool.at, "tool    " + shown(tool.name + " " + tool.arguments) +
                             (tool.result ? " → " + shown(*tool.result) : std::string()));
  std::string text;
  for (const auto& [when, what] : all) text += at(when) + what + "\n";
  return text + at(account.length) + "        " + shown(account.why) + "\n";
}

// Of text that is fit for a terminal: what XML forbids is no longer in it.
std::string xml(std::string_view text) {
  return xml_escaped(shown(text));
}

std::string in_seconds(Duration d) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", to_ms(d) / 1000);
  return text;
}

}  // namespace

bool Verdict::passed() const {
  return count(checks, Outcome::failed) == 0;
}

std::string as_text(const Verdict& verdict) {
  std::string text = shown(verdict.name) + " (" + shown(verdict.file) + ")\n";
  for (const Check& check : verdict.checks) switch (check.outcome) {
      case Outcome::passed:
        text += "  ok      " + shown(told(check)) + (check.telling ? " (" + shown(check.found) + ")" : "") + "\n";
        break;
      case Outcome::unknown: text += "  ?       " + shown(told(check)) + ": " + shown(check.found) + "\n"; break;
      case Outcome::failed:
        text += "  FAILED  " + shown(told(check)) + "\n          found: " + shown(check.found) + "\n";
    }
  if (!verdict.passed()) text += transcript(verdict.account);
  return text;
}

std::string summary(std::span<const Verdict> verdicts) {
  std::size_t passed = 0, checks = 0, good = 0, unknown = 0;
  for (const Verdict& v : verdicts) {
    passed += v.passed();
    checks += v.checks.size();
    good += count(v.checks, Outcome::passed);
    unknown += count(v.checks, Outcome::unknown);
  }
  return std::to_string(passed) + " of " + std::to_string(verdicts.size()) + " scenarios passed, " +
         std::to_string(good) + " of " + std::to_string(checks) + " checks" +
         (unknown > 0 ? "; " + std::to_string(unknown) + " could not be checked" : "");
}

std::string as_json(std::span<const Verdict> verdicts) {
  json::array scenarios;
  for (const Verdict& v : verdicts) {
    json::array checks, lines, tools;
    for (const Check& c : v.checks)
      checks.push_back(json::object{{"of", clean_utf8(c.of)},
                                    {"expected", clean_utf8(c.expected)},
                                    {"outcome", c.outcome == Outcome::passed   ? "passed"
                                                : c.outcome == Outcome::failed ? "failed"
                                                                               : "unknown"},
                                    {"found", clean_utf8(c.found)}});
    for (const auto& line : v.account.lines)
      lines.push_back(json::object{{"who", line.agent ? "agent" : "caller"},
                                   {"text", clean_utf8(line.text)},
                                   {"at_ms", line.at / 1ms},
                                   {"cut", line.cut}});
    for (const auto& tool : v.account.tools) {
      json::object used{
          {"name", clean_utf8(tool.name)}, {"arguments", clean_utf8(tool.arguments)}, {"at_ms", tool.at / 1ms}};
      if (tool.result) used["result"] = clean_utf8(*tool.result);
      tools.push_back(std::move(used));
    }
    json::array steps;
    for (const Played& p : v.account.played) {
      json::object step{{"done", p.done}};
      if (p.answered) step["v2v_ms"] = *p.answered / 1ms;
      if (p.stopped) step["stopped_ms"] = *p.stopped / 1ms;
      steps.push_back(std::move(step));
    }
    scenarios.push_back(json::object{{"file", clean_utf8(v.file)},
                                     {"name", clean_utf8(v.name)},
                                     {"passed", v.passed()},
                                     {"ended", clean_utf8(v.account.why)},
                                     {"length_ms", v.account.length / 1ms},
                                     {"checks", std::move(checks)},
                                     {"steps", std::move(steps)},
                                     {"transcript", std::move(lines)},
                                     {"tools", std::move(tools)}});
  }
  return json::serialize(json::object{{"passed", std::ranges::all_of(verdicts, &Verdict::passed)},
                                      {"scenarios", std::move(scenarios)}}) +
         "\n";
}

std::string as_junit(std::span<const Verdict> verdicts) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const Verdict& v : verdicts) {
    out += "  <testsuite name=\"" + xml(v.name) + "\" file=\"" + xml(v.file) + "\" tests=\"" +
           std::to_string(v.checks.size()) + "\" failures=\"" + std::to_string(count(v.checks, Outcome::failed)) +
           "\" skipped=\"" + std::to_string(count(v.checks, Outcome::unknown)) + "\" time=\"" +
           in_seconds(v.account.length) + "\">\n";
    for (const Check& c : v.checks) {
      out += "    <testcase classname=\"" + xml(v.name) + "\" name=\"" + xml(told(c)) + "\"";
      if (c.outcome == Outcome::passed && c.telling)
        out += "><system-out>" + xml(c.found) + "</system-out></testcase>\n";
      else if (c.outcome == Outcome::passed)
        out += "/>\n";
      else if (c.outcome == Outcome::unknown)
        out += "><skipped message=\"" + xml(c.found) + "\"/></testcase>\n";
      else
        out += "><failure message=\"" + xml("found " + c.found) + "\"/></testcase>\n";
    }
    out += "    <system-out>" + xml_escaped(transcript(v.account)) + "</system-out>\n  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace offhook::eval

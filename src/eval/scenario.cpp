#include "eval/scenario.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <regex>

#include "base/utf8.hpp"
#include "server/agent_services.hpp"

namespace offhook::eval {
namespace {

namespace json = boost::json;
namespace yaml = server::yaml;
using server::Fields;
using server::Reader;
using Kind = Step::Kind;

constexpr Fields::Lengths kWords{.least = 1, .most = 1000};
constexpr Fields::Lengths kPath{.least = 1, .most = 500};
constexpr Fields::Lengths kPattern{.least = 1, .most = 200};
constexpr std::size_t kLongestCriterion = 500;

std::string beside(const std::string& file, const std::string& path) {
  return path.empty() ? path : (std::filesystem::path(file).parent_path() / path).lexically_normal().string();
}

// "- Hello" is short for "- say: Hello".
void spell_out(yaml::Node& list) {
  if (list.kind != yaml::Node::Kind::list) return;
  for (yaml::Node& item : list.items) {
    if (item.kind != yaml::Node::Kind::scalar) continue;
    yaml::Node words = item;
    words.key = "say";
    words.key_at = item.at;
    item = {};
    item.kind = yaml::Node::Kind::map;
    item.at = words.at;
    item.items.push_back(std::move(words));
  }
}

// "judge: is friendly" is short for a list of one.
void spell_out_criteria(yaml::Node& of) {
  for (yaml::Node& expect : of.items) {
    if (expect.key != "expect") continue;
    for (yaml::Node& item : expect.items) {
      if (item.key != "judge" || item.kind != yaml::Node::Kind::scalar) continue;
      yaml::Node list;
      list.kind = yaml::Node::Kind::list;
      list.at = item.at;
      list.key = item.key;
      list.key_at = item.key_at;
      list.items.push_back(std::move(item));
      item = std::move(list);
    }
  }
}

void read_optional(Fields fields, std::string_view key, std::optional<Duration>& value, Duration usual,
                   Duration longest) {
  Duration found = usual;
  fields.duration(key, found, 1ms, longest);
  if (fields.has(key)) value = found;
}

Expected read_expected(Fields fields, Kind kind) {
  Expected expected;
  fields.text("says", expected.says, kWords);
  fields.text("says_not", expected.says_not, kWords);
  fields.text("matches", expected.matches, kPattern);
  read_optional(fields, "within", expected.within, 2s, 60s);
  read_optional(fields, "stops_within", expected.stops_within, 400ms, 10s);
  fields.texts("judge", expected.judge, kMostCriteria, kLongestCriterion);
  try {
    std::regex(expected.matches, std::regex::ECMAScript | std::regex::icase);
  } catch (const std::regex_error&) {
    fields.complain("matches",
                    "this is no regular expression; expected one of ECMAScript such as \"(9|nine) o'clock\"");
  }
  if (expected.stops_within && kind != Kind::interrupt)
    fields.complain("stops_within", "is for `interrupt` only: nothing else stops the agent; remove it");
  if (expected.within && (kind == Kind::wait || kind == Kind::hang_up))
    fields.complain("within", "is for what the caller says or presses; remove it");
  return expected;
}

void read_words(Fields fields, const std::string& file, Step& step) {
  fields.text("say", step.say, kWords);
  fields.text("wav", step.wav, kPath);
  step.wav = beside(file, step.wav);
}

Step read_step(Fields fields, const std::string& file) {
  Step step;
  constexpr std::pair<std::string_view, Kind> kKinds[] = {
      {"say", Kind::say},   {"wav", Kind::say},    {"interrupt", Kind::interrupt},
      {"wait", Kind::wait}, {"dtmf", Kind::press}, {"hang_up", Kind::hang_up}};
  int kinds = 0;
  for (const auto& [key, kind] : kKinds) {
    if (!fields.has(key)) continue;
    kinds += kinds == 0 || kind != step.kind;
    step.kind = kind;
  }
  if (kinds != 1)
    fields.complain("", "expected one of say, wav, interrupt, wait, dtmf and hang_up; write a step for each");
  read_words(fields, file, step);
  Fields interrupt = fields.map("interrupt");
  Duration after = 1s, wait = 1s;
  interrupt.duration("after", after, 0ms, 60s);
  Step over;
  read_words(interrupt, file, over);
  fields.duration("wait", wait, 10ms, 300s);
  if (step.kind == Kind::interrupt) {
    step.wait = after;
    step.say = over.say;
    step.wav = over.wav;
    if (step.say.empty() && step.wav.empty())
      fields.complain("interrupt", "says nothing; expected { after: 1s, say: \"Wait\" }");
  } else if (step.kind == Kind::wait) {
    step.wait = wait;
  }
  fields.text("dtmf", step.keys, {.least = 1, .most = 50});
  if (step.keys.find_first_not_of("0123456789*#ABCD") != step.keys.npos)
    fields.complain("dtmf", "expected keys of a telephone, 0 to 9, *, # and A to D, in quotes such as \"12#\"");
  bool hang_up = true;
  fields.flag("hang_up", hang_up);
  if (fields.has("hang_up") && !hang_up) fields.complain("hang_up", "expected true; remove the step otherwise");
  step.expect = read_expected(fields.map("expect"), step.kind);
  return step;
}

std::string as_json(const std::vector<std::pair<std::string, std::string>>& pairs) {
  json::object o;
  for (const auto& [key, value] : pairs) o[key] = value;
  return json::serialize(o);
}

void read_model(Fields root, Scenario& out) {
  for (Fields entry : root.list("model", kMostSteps, "{ say: \"We close at five.\" }")) {
    Scripted answer;
    std::vector<std::pair<std::string, std::string>> arguments;
    entry.text("say", answer.says, kWords);
    entry.text("call", answer.calls, {.least = 1, .most = 64});
    entry.pairs("arguments", arguments, 50);
    answer.arguments = as_json(arguments);
    if (answer.says.empty() && answer.calls.empty())
      entry.complain("", "expected what the model says (say) or the tool that it calls (call)");
    out.model.push_back(std::move(answer));
  }
}

void read_whole(Fields expect, Scenario& out) {
  for (Fields entry : expect.list("tools", 50, "{ name: book }")) {
    ToolUse use;
    entry.text("name", use.name, {.least = 1, .most = 64});
    entry.pairs("arguments", use.arguments, 50);
    if (!entry.has("name")) entry.complain("", "has no name; expected { name: book }");
    out.uses.push_back(std::move(use));
  }
  expect.texts("tools_not", out.uses_not, 50);
  expect.text("says_not", out.says_not, kWords);
  using End = Scenario::End;
  expect.choice<End>("ended_by", out.ended_by,
                     {{"anyone", End::anyhow}, {"caller", End::caller}, {"agent", End::agent}});
  read_optional(expect, "max_v2v", out.max_v2v, 1500ms, 60s);
  expect.texts("judge", out.judge, kMostCriteria, kLongestCriterion);
}

void read_judged_by(Fields fields, std::vector<llm::Spec>& out) {
  server::read_thinking(fields, out);
  if (std::ranges::find(out, "local", &llm::Spec::provider) != out.end())
    fields.complain("", "the embedded model is too small to judge; expected the provider of a service");
}

void read(Reader& reader, Scenario& out) {
  Fields root = reader.root();
  root.text("name", out.name, {.least = 1, .most = 200});
  root.text("agent", out.agent, kPath);
  out.agent = beside(out.file, out.agent);
  for (Fields entry : root.list("caller", kMostSteps, "{ say: \"Hello\" }")) {
    if (!out.caller.empty() && out.caller.back().kind == Kind::hang_up)
      entry.complain("", "stands behind hang_up: the call is over by then; remove it, or hang up later");
    out.caller.push_back(read_step(entry, out.file));
  }
  if (out.caller.empty() && !root.has("caller"))
    root.complain("", "caller is missing; expected what the caller does, such as caller: [ { say: \"Hello\" } ]");
  read_model(root, out);
  root.pairs("tools", out.tools, 50);
  read_whole(root.map("expect"), out);
  Fields judged_by = root.map("judged_by");
  if (root.has("judged_by")) read_judged_by(judged_by, out.judged_by);
  if (!out.caller.empty() && out.caller.back().kind == Kind::hang_up && out.ended_by == Scenario::End::agent)
    root.complain("expect", "ended_by is agent, but the caller hangs up; remove one of them");
}

Result<Scenario> scenario_of(Result<yaml::Document> document) {
  if (!document) return document.error();
  spell_out_criteria(document->root);
  for (yaml::Node& item : document->root.items) {
    if (item.key == "caller" || item.key == "model") spell_out(item);
    if (item.key == "caller") std::ranges::for_each(item.items, spell_out_criteria);
  }
  Reader reader(*document);
  Scenario scenario;
  scenario.file = document->file;
  read(reader, scenario);
  if (auto ok = reader.finish(); !ok) return ok.error();
  if (scenario.caller.empty())
    return Error{Errc::invalid, scenario.file + ": caller: found an empty list, expected what the caller does"};
  if (scenario.name.empty()) scenario.name = std::filesystem::path(scenario.file).stem().string();
  return scenario;
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view text, const std::string& path) {
  return scenario_of(yaml::parse(text, path));
}

Result<Scenario> read_scenario(const std::string& path) {
  return scenario_of(yaml::read(path));
}

Result<std::vector<llm::Spec>> read_judge(const std::string& path) {
  const auto document = yaml::read(path);
  if (!document) return document.error();
  Reader reader(*document);
  std::vector<llm::Spec> judge;
  read_judged_by(reader.root(), judge);
  if (auto ok = reader.finish(); !ok) return ok.error();
  return judge;
}

std::map<std::string, Reader::Key, std::less<>> scenario_keys() {
  // A list's entries are only asked for what is in them where there is one.
  const yaml::Document document =
      *yaml::parse("caller: [{}]\nmodel: [{}]\nexpect: { tools: [{}] }\njudged_by: { fallback: [{}] }\n", "keys");
  Reader reader(document);
  Scenario scenario;
  read(reader, scenario);
  return reader.keys();
}

std::string described(const Step& step) {
  const std::string begins = one_line(step.say, 40);
  const std::string words =
      step.say.empty() ? step.wav : '"' + begins + (begins.size() < step.say.size() ? "…" : "") + '"';
  switch (step.kind) {
    case Kind::say: return words;
    case Kind::interrupt: return words + " " + seconds(step.wait) + " into the answer";
    case Kind::wait: return "silence of " + seconds(step.wait);
    case Kind::press: return "keys " + step.keys;
    case Kind::hang_up: break;
  }
  return "hangs up";
}

std::string seconds(Duration d) {
  char text[32];
  if (d < 1s && d > -1s)
    std::snprintf(text, sizeof text, "%.0f ms", to_ms(d));
  else if (d % 1s == 0s)
    std::snprintf(text, sizeof text, "%lld s", static_cast<long long>(d / 1s));
  else
    std::snprintf(text, sizeof text, "%.2f s", to_ms(d) / 1000);
  return text;
}

}  // namespace offhook::eval

#include "server/agent_flow.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <utility>

#include "call/builtin_tools.hpp"
#include "call/flow_graph.hpp"
#include "dialog/phrases.hpp"
#include "tools/placeholders.hpp"

namespace offhook::server {
namespace {

namespace json = boost::json;
using call::CallResult;
using call::Flow;
using call::FlowMemory;
using call::FlowNode;
using call::FlowSlot;
using call::FlowWay;
using dialog::SlotKind;

constexpr std::size_t kMostNodes = 200, kMostWays = 30, kMostSlots = 20;
constexpr const char* kNothing = R"({"type":"object","properties":{}})";

// "appointment | book": what stands between the bars.
std::vector<std::string> alternatives(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    std::string_view one = text.substr(0, text.find('|'));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (!one.empty()) out.emplace_back(one);
  }
  return out;
}

bool is_node_name(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

FlowWay read_way(Fields fields) {
  FlowWay way;
  fields.text("to", way.to, {.least = 1, .most = 40});
  if (!fields.has("to")) fields.complain("", "expected to: the node that the way leads to");
  std::vector<std::pair<std::string, std::string>> conditions;
  fields.pairs("if", conditions, 10);
  for (auto& [field, values] : conditions) way.conditions.push_back({field, alternatives(values)});
  fields.texts("hears", way.hears, 50);
  fields.text("when", way.when, {.least = 1, .most = 300});
  fields.text("say", way.say, {.least = 1, .most = 1000});
  fields.text("after", way.after, {.least = 1, .most = 64});
  if (fields.has("after")) way.result = CallResult::ok;
  fields.choice<CallResult>("result", way.result,
                            {{"any", CallResult::any}, {"ok", CallResult::ok}, {"failed", CallResult::failed}});
  const int kinds = !way.hears.empty() + !way.when.empty() + !way.after.empty();
  if (kinds > 1) fields.complain("", "found several of hears, when and after; write a way for each");
  return way;
}

FlowSlot read_slot(Fields fields, const std::string& language) {
  FlowSlot slot;
  fields.text("field", slot.field, {.least = 1, .most = 40});
  if (!is_node_name(slot.field))
    fields.complain(fields.has("field") ? "field" : "",
                    "expected field: a name of small letters, digits, _ and -, at most 40");
  std::vector<std::pair<std::string, std::string>> choices;
  fields.pairs("one_of", choices, 100);
  for (auto& [value, words] : choices) slot.choices.push_back({value, alternatives(words)});
  if (!choices.empty()) slot.kind = SlotKind::one_of;
  fields.choice<SlotKind>("as", slot.kind,
                          {{"text", SlotKind::text},
                           {"yes_no", SlotKind::yes_no},
                           {"one_of", SlotKind::one_of},
                           {"number", SlotKind::number},
                           {"digits", SlotKind::digits},
                           {"phone", SlotKind::phone},
                           {"email", SlotKind::email},
                           {"day", SlotKind::day},
                           {"time", SlotKind::time},
                           {"name", SlotKind::name}});
  if (!choices.empty() && slot.kind != SlotKind::one_of)
    fields.complain("as", "found one_of beside it; remove one of them");
  fields.text("ask", slot.ask, {.least = 1, .most = 500});
  fields.text("again", slot.again, {.least = 1, .most = 500});
  if (slot.again.empty() && !slot.ask.empty())
    slot.again = std::string(dialog::phrases_in(language).not_understood) + " " + slot.ask;
  return slot;
}

FlowNode read_node(Fields fields, const std::string& language) {
  FlowNode node;
  fields.text("name", node.name, {.least = 1, .most = 40});
  if (!is_node_name(node.name))
    fields.complain(fields.has("name") ? "name" : "", "expected name: small letters, digits, _ and -, at most 40");
  fields.text("role", node.role, {.least = 1, .most = 20'000});
  fields.text("task", node.task, {.least = 1, .most = 10'000});
  node.talks = !node.task.empty();
  fields.flag("talks", node.talks);
  if (!node.task.empty() && !node.talks)
    fields.complain("talks", "found off, but there is a task for the model; remove one of them");
  fields.text("say", node.say, {.least = 1, .most = 1000});
  for (const Fields& slot : fields.list("collect", kMostSlots, "{ field: day, as: day, ask: \"Which day?\" }"))
    node.collect.push_back(read_slot(slot, language));
  fields.integer("tries", node.tries, 1, 20);
  fields.text("unclear", node.unclear, {.least = 1, .most = 40});
  fields.text("call", node.call, {.least = 1, .most = 64});
  fields.json("with", node.arguments);
  std::vector<std::pair<std::string, std::string>> keep;
  fields.pairs("keep", keep, 50);
  for (auto& [field, path] : keep) node.keep.push_back({field, path});
  for (const Fields& way : fields.list("next", kMostWays, "{ to: NODE }")) node.next.push_back(read_way(way));
  if (std::string then; fields.text("then", then, {.least = 1, .most = 40}), !then.empty())
    node.next.push_back({.to = then});
  fields.texts("tools", node.tools, 64);
  fields.choice<FlowMemory>(
      "context", node.memory,
      {{"append", FlowMemory::append}, {"reset", FlowMemory::reset}, {"summary", FlowMemory::summary}});
  fields.flag("speaks_first", node.speaks_first);
  fields.flag("end", node.end);
  return node;
}

// What the model is told of one field that it may note.
json::object described(const FlowSlot& slot) {
  switch (slot.kind) {
    case SlotKind::one_of: {
      json::array values;
      for (const auto& choice : slot.choices) values.emplace_back(choice.value);
      return {{"type", "string"}, {"enum", std::move(values)}};
    }
    case SlotKind::yes_no: return {{"type", "string"}, {"enum", json::array{"yes", "no"}}};
    case SlotKind::number: return {{"type", "number"}};
    case SlotKind::day: return {{"type", "string"}, {"description", "A day, as in \"tuesday\" or \"12-24\"."}};
    case SlotKind::time: return {{"type", "string"}, {"description", "A time of day, as in \"15:30\"."}};
    case SlotKind::email: return {{"type", "string"}, {"description", "An e-mail address."}};
    case SlotKind::phone: return {{"type", "string"}, {"description", "A telephone number, digits only."}};
    default: return {{"type", "string"}};
  }
}

class Tools {
 public:
  Tools(AgentFile& out) : out_(out) {}

  // The model may call it at the node.
  void offer(FlowNode& node, const std::string& name) {
    if (std::ranges::find(node.tools, name) == node.tools.end()) node.tools.push_back(name);
  }
  void add(call::Builtin builtin, llm::Tool tool) {
    auto& known = out_.agent.tools;
    if (std::ranges::find(known, tool.name, &llm::Tool::name) != known.end()) return;
    out_.agent.settings.tools.push_back({.name = tool.name, .builtin = builtin});
    known.push_back(std::move(tool));
  }
  // Each way that the model takes is a tool, and so is noting what a node collects.
  void furnish(Flow& flow) {
    std::map<std::string, std::string> whens;
    const auto collect = [&](const std::vector<FlowWay>& ways) {
      for (const FlowWay& way : ways)
        if (std::string& all = whens[way.to]; !way.when.empty() && all.find(way.when) == all.npos)
          all += (all.empty() ? "" : "; or when ") + way.when;
    };
    for (const FlowNode& node : flow.nodes) collect(node.next);
    collect(flow.anywhere);
    for (const auto& [to, when] : whens)
      if (!when.empty())
        add(call::Builtin::go_to, {std::string(call::kGoTo) + to,
                                   "Goes on to the next part of the call. Call it when " + when + ".", kNothing});
    for (FlowNode& node : flow.nodes) {
      if (node.end) continue;
      for (const auto* ways : {&node.next, &flow.anywhere})
        for (const FlowWay& way : *ways)
          if (!way.when.empty() && way.to != node.name) offer(node, std::string(call::kGoTo) + way.to);
      if (node.collect.empty() || out_.thinks_here()) continue;
      json::object properties;
      for (const FlowSlot& slot : node.collect) properties[slot.field] = described(slot);
      add(call::Builtin::note,
          {"note_" + node.name,
           "Notes what the caller has told. Call it as soon as they have, with as much as is known.",
           json::serialize(json::object{
               {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}})});
      offer(node, "note_" + node.name);
    }
    add(call::Builtin::end_call, call::described(call::Builtin::end_call));
  }

 private:
  AgentFile& out_;
};

void check_tools(Fields root, std::vector<Fields>& nodes, AgentFile& out) {
  const auto known = [&](const std::string& name) {
    return !out.mcp.empty() || std::ranges::find(out.agent.tools, name, &llm::Tool::name) != out.agent.tools.end();
  };
  const Flow& flow = out.agent.settings.flow;
  for (std::size_t i = 0; i < flow.nodes.size(); ++i) {
    const FlowNode& node = flow.nodes[i];
    for (const std::string& name : node.tools)
      if (!known(name)) nodes[i].complain("tools", "found \"" + name + "\", expected the name of one of the tools");
    if (!node.call.empty() && !known(node.call))
      nodes[i].complain("call", "found \"" + node.call + "\", expected the name of one of the tools");
    for (const FlowWay& way : node.next)
      if (!way.after.empty() && !known(way.after))
        nodes[i].complain("next", "found after: " + way.after + ", expected the name of one of the tools");
    const auto sums_up_here = [&] {
      const auto here = [](const llm::Spec& spec) { return spec.provider == "local"; };
      return std::ranges::any_of(out.summarizing.empty() ? out.llm : out.summarizing, here);
    };
    if (node.memory == FlowMemory::summary && sums_up_here())
      nodes[i].complain("context",
                        "found summary, but the embedded language model is too small to sum up a call; name "
                        "another under context.llm, or use reset");
    const bool by_model =
        !node.tools.empty() || std::ranges::any_of(node.next, [](const FlowWay& w) { return !w.when.empty(); });
    if (by_model && out.thinks_here())
      nodes[i].complain("",
                        "found tools or `when` for the model, but the embedded language model calls none; use hears, "
                        "if and call, or name another model under llm");
  }
  if (out.thinks_here() && std::ranges::any_of(flow.anywhere, [](const FlowWay& w) { return !w.when.empty(); }))
    root.complain("flow",
                  "found `when` under anywhere, but the embedded language model takes no ways by itself; use hears");
}

}  // namespace

void read_flow(Fields root, AgentFile& out) {
  Fields fields = root.map("flow");
  Flow flow;
  const std::string& heard = out.stt.front().spec.language;
  flow.language = heard.empty() ? speech_language(out) : heard;
  auto nodes = fields.list("nodes", kMostNodes, "{ name: wish, say: \"What would you like?\" }");
  for (const Fields& node : nodes) flow.nodes.push_back(read_node(node, flow.language));
  std::vector<std::string> everywhere;
  fields.texts("tools", everywhere, 64);
  for (const Fields& way : fields.list("anywhere", kMostWays, "{ to: NODE, hears: [person] }")) {
    flow.anywhere.push_back(read_way(way));
    if (flow.anywhere.back().hears.empty() && flow.anywhere.back().when.empty())
      Fields(way).complain("", "expected hears or when: what makes a call leave any node for this one");
  }
  if (root.has("flow") && flow.nodes.empty()) fields.complain("", "expected nodes: at least one");
  if (!flow.exists()) return;

  call::Settings& settings = out.agent.settings;
  FlowNode& first = flow.nodes.front();
  const bool greeted = !settings.greeting.empty();
  if (greeted && !first.say.empty())
    nodes[0].complain("say", "found a greeting besides; expected one of them, as both begin the call");
  if (!greeted) {
    if (!tools::placeholders(first.say).empty() ||
        (!first.collect.empty() && !tools::placeholders(first.collect[0].ask).empty()))
      nodes[0].complain("", "found a {field} in what the call begins with, where nothing is known yet");
    settings.greeting = first.say;
    if (!first.collect.empty() && !first.collect[0].ask.empty())
      settings.greeting += (settings.greeting.empty() ? "" : " ") + first.collect[0].ask;
  }
  for (FlowNode& node : flow.nodes)
    if (!node.end)
      for (const std::string& name : everywhere) Tools(out).offer(node, name);
  settings.flow = std::move(flow);
  for (const call::FlowMistake& mistake : call::mistakes_in(settings.flow, greeted)) {
    if (mistake.node < nodes.size())
      nodes[mistake.node].complain(mistake.key, mistake.what);
    else
      fields.complain(mistake.key, mistake.what);
  }
  check_tools(root, nodes, out);
  Tools(out).furnish(settings.flow);
}

std::string described(const call::Flow& flow) {
  if (!flow.exists()) return "";
  const auto end = std::ranges::find_if(flow.nodes, &FlowNode::end);
  return "of " + std::to_string(flow.nodes.size()) + (flow.nodes.size() == 1 ? " node" : " nodes") + " from " +
         flow.nodes.front().name + (end == flow.nodes.end() ? "" : " to " + end->name);
}

}  // namespace offhook::server

#include "call/flow_graph.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "base/json_fields.hpp"
#include "dialog/clauses.hpp"
#include "tools/placeholders.hpp"

namespace offhook::call {
namespace {

using dialog::SlotKind;

// Taken as soon as what is known allows it.
bool is_plain(const FlowWay& way) {
  return way.hears.empty() && way.when.empty() && way.after.empty();
}

std::vector<std::string> values_of(const FlowSlot& slot) {
  if (slot.kind == SlotKind::yes_no) return {"yes", "no"};
  std::vector<std::string> out;
  if (slot.kind == SlotKind::one_of)
    for (const auto& choice : slot.choices) out.push_back(choice.value);
  return out;
}

class Graph {
 public:
  Graph(const Flow& flow, bool greeted) : flow_(flow), greeted_(greeted) {}

  std::vector<FlowMistake> mistakes() {
    for (std::size_t i = 0; i < flow_.nodes.size(); ++i) look_at(i);
    for (const FlowWay& way : flow_.anywhere) look_at(flow_.nodes.size(), "anywhere", way);
    if (!out_.empty()) return out_;  // of a graph with holes nothing can be told
    unreachable();
    loops();
    exits();
    return out_;
  }

 private:
  void complain(std::size_t node, std::string key, std::string what) {
    out_.push_back({node, std::move(key), std::move(what)});
  }
  std::size_t index_of(const std::string& name) const {
    return static_cast<std::size_t>(std::ranges::find(flow_.nodes, name, &FlowNode::name) - flow_.nodes.begin());
  }
  bool exists(const std::string& name) const { return index_of(name) < flow_.nodes.size(); }

  const FlowSlot* slot_of(const std::string& field) const {
    for (const FlowNode& node : flow_.nodes)
      for (const FlowSlot& slot : node.collect)
        if (slot.field == field) return &slot;
    return nullptr;
  }
  bool is_field(const std::string& name) const {
    return slot_of(name) || std::ranges::any_of(flow_.nodes, [&](const FlowNode& node) {
             return std::ranges::find(node.keep, name, &FlowNode::Kept::field) != node.keep.end();
           });
  }

  void target(std::size_t node, const std::string& key, const std::string& name) {
    if (!exists(name))
      complain(node, key, "found \"" + name + "\", expected the name of a node; there is none of that name");
  }

  void look_at(std::size_t i, const std::string& key, const FlowWay& way) {
    target(i, key, way.to);
    look_for_fields(i, key, tools::placeholders(way.say));
    for (const auto& condition : way.conditions) {
      const FlowSlot* slot = slot_of(condition.field);
      if (!is_field(condition.field))
        complain(i, key,
                 "found a condition on \"" + condition.field + "\", expected a field that a node collects or keeps");
      else if (const auto known = slot ? values_of(*slot) : std::vector<std::string>(); !known.empty())
        for (const std::string& value : condition.values)
          if (std::ranges::find(known, value) == known.end())
            complain(i, key,
                     "found " + condition.field + ": " + value + ", which it never is; expected one of its values");
    }
  }

  void look_at(std::size_t i) {
    const FlowNode& node = flow_.nodes[i];
    if (index_of(node.name) != i) complain(i, "name", "found a second node of this name; rename one of them");
    for (const FlowWay& way : node.next) look_at(i, "next", way);
    if (!node.unclear.empty()) target(i, "unclear", node.unclear);
    if (node.end) {
      if (!node.next.empty() || !node.collect.empty() || !node.call.empty() || node.talks)
        complain(i, "end", "found more to do where the call ends; expected nothing but `say` beside it");
    } else {
      look_at_slots(i);
      if (!node.talks) look_for_way_on(i);
    }
    const bool hears = std::ranges::any_of(node.next, [](const FlowWay& w) { return !w.hears.empty(); });
    if (i == 0 && node.collect.empty() && node.call.empty() && !node.talks && !node.end && !hears)
      complain(i, "", "expected collect, task or talks: here the caller is greeted, but asked nothing");
    if (i == 0 && !node.call.empty() && node.collect.empty())
      complain(i, "call", "found a call before the caller has said anything; put it into the node behind");
    for (const FlowWay& way : node.next)
      if (way.result != CallResult::any && way.after.empty() && node.call.empty())
        complain(i, "next", "found a result, but this node calls nothing");
    if (!node.keep.empty() && node.call.empty()) complain(i, "keep", "is not looked at without `call`; remove it");
    look_for_fields(i, "say", tools::placeholders(node.say));
    for (const FlowSlot& slot : node.collect) {
      look_for_fields(i, "collect", tools::placeholders(slot.ask));
      look_for_fields(i, "collect", tools::placeholders(slot.again));
    }
    json::error_code ec;
    const json::value arguments = json::parse(node.arguments.empty() ? "{}" : node.arguments, ec);
    if (!ec) look_for_fields(i, "with", tools::placeholders_in(arguments));
  }

  void look_for_fields(std::size_t i, const std::string& key, const std::vector<std::string>& names) {
    for (const std::string& name : names)
      if (!is_field(name)) complain(i, key, "found {" + name + "}, expected a field that a node collects or keeps");
  }

  void look_at_slots(std::size_t i) {
    const FlowNode& node = flow_.nodes[i];
    for (const FlowSlot& slot : node.collect) {
      const bool asked =
          !slot.ask.empty() || node.talks || (i == 0 && greeted_ && &slot == &node.collect[0] && !returned_to(i));
      if (!asked) complain(i, "collect", "expected ask: how the caller is asked for " + slot.field);
      if (slot.kind == SlotKind::one_of && slot.choices.empty())
        complain(i, "collect", "expected one_of: the choices for " + slot.field);
      if (!node.talks && !dialog::finds_in(slot.kind, flow_.language))
        complain(i, "collect",
                 "found " + slot.field + ", which no rule finds in the language " + flow_.language +
                     ", only in English and German; write talks: on or a task, so that the model does");
    }
  }

  bool returned_to(std::size_t i) const {
    return std::ranges::any_of(flow_.nodes, [&](const FlowNode& node) {
      const auto next = neighbours(flow_, node);
      return std::ranges::find(next, flow_.nodes[i].name) != next.end();
    });
  }

  // Once all is known and done here, a way must be open whatever the fields and results are.
  void look_for_way_on(std::size_t i) {
    const FlowNode& node = flow_.nodes[i];
    std::vector<const FlowWay*> plain;
    for (const FlowWay& way : node.next)
      if (is_plain(way)) plain.push_back(&way);
    const auto covered = [&](CallResult result) {
      std::vector<const FlowWay*> ways;
      for (const FlowWay* way : plain)
        if (way->result == CallResult::any || way->result == result) ways.push_back(way);
      if (std::ranges::any_of(ways, [](const FlowWay* w) { return w->conditions.empty(); })) return true;
      for (const FlowSlot& slot : node.collect) {
        const auto values = values_of(slot);
        if (!values.empty() && std::ranges::all_of(values, [&](const std::string& value) {
              return std::ranges::any_of(ways, [&](const FlowWay* w) {
                return w->conditions.size() == 1 && w->conditions[0].field == slot.field &&
                       std::ranges::find(w->conditions[0].values, value) != w->conditions[0].values.end();
              });
            }))
          return true;
      }
      return false;
    };
    const bool on =
        node.call.empty() ? covered(CallResult::any) : covered(CallResult::ok) && covered(CallResult::failed);
    if (!on)
      complain(i, "",
               "expected then: NODE, as a call may stand here for ever when no condition holds" +
                   std::string(node.call.empty() ? "" : ", or when " + node.call + " fails") +
                   "; or task: what the model does here");
  }

  void unreachable() {
    std::set<std::string> seen{flow_.nodes[0].name};
    std::vector<std::string> todo{flow_.nodes[0].name};
    while (!todo.empty()) {
      const FlowNode& node = flow_.nodes[index_of(todo.back())];
      todo.pop_back();
      for (const std::string& next : neighbours(flow_, node))
        if (seen.insert(next).second) todo.push_back(next);
    }
    for (std::size_t i = 0; i < flow_.nodes.size(); ++i)
      if (!seen.contains(flow_.nodes[i].name))
        complain(i, "name", "no way leads to this node; add one, or remove the node");
  }

  // Where nobody is waited for, neither caller nor model.
  static bool passes(const FlowNode& node) { return node.collect.empty() && !node.talks && !node.end; }

  void loops() {
    enum class Mark { white, grey, black };
    std::vector<Mark> marks(flow_.nodes.size(), Mark::white);
    const std::function<bool(std::size_t)> visit = [&](std::size_t i) {
      if (marks[i] == Mark::grey) return true;
      if (marks[i] == Mark::black || !passes(flow_.nodes[i])) return false;
      marks[i] = Mark::grey;
      const bool loop = std::ranges::any_of(flow_.nodes[i].next, [&](const FlowWay& way) {
        const bool own = !way.after.empty() && way.after == flow_.nodes[i].call;
        return (is_plain(way) || own) && visit(index_of(way.to));
      });
      marks[i] = Mark::black;
      return loop;
    };
    for (std::size_t i = 0; i < flow_.nodes.size(); ++i)
      if (visit(i))
        complain(i, "next",
                 "found a way back to this node on which the caller is never heard; collect something on it");
  }

  // From everywhere a node can be reached at which the call ends, or the model decides.
  void exits() {
    std::set<std::size_t> out;
    for (std::size_t i = 0; i < flow_.nodes.size(); ++i)
      if (flow_.nodes[i].end || flow_.nodes[i].talks) out.insert(i);
    for (bool more = true; std::exchange(more, false);)
      for (std::size_t i = 0; i < flow_.nodes.size(); ++i)
        if (!out.contains(i) && std::ranges::any_of(neighbours(flow_, flow_.nodes[i]), [&](const std::string& next) {
              return out.contains(index_of(next));
            }))
          more = out.insert(i).second;
    for (std::size_t i = 0; i < flow_.nodes.size(); ++i)
      if (!out.contains(i))
        complain(i, "next", "from here the call goes round for ever; expected a way to a node with end: on");
  }

  const Flow& flow_;
  const bool greeted_;
  std::vector<FlowMistake> out_;
};

}  // namespace

std::vector<FlowMistake> mistakes_in(const Flow& flow, bool greeted) {
  if (!flow.exists()) return {};
  return Graph(flow, greeted).mistakes();
}

std::vector<std::string> fixed_clauses(const Flow& flow) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& text) {
    auto cutter = dialog::ClauseCutter::unhurried();
    std::vector<std::string> clauses = cutter.feed(text, false);
    if (auto rest = cutter.finish()) clauses.push_back(std::move(*rest));
    for (std::string& clause : clauses)
      if (tools::placeholders(clause).empty() && std::ranges::find(out, clause) == out.end())
        out.push_back(std::move(clause));
  };
  for (const FlowWay& way : flow.anywhere) add(way.say);
  for (const FlowNode& node : flow.nodes) {
    add(node.say);
    for (const FlowSlot& slot : node.collect) add(slot.ask), add(slot.again);
    for (const FlowWay& way : node.next) add(way.say);
  }
  return out;
}

std::vector<std::string> neighbours(const Flow& flow, const FlowNode& node) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::ranges::find(out, name) == out.end()) out.push_back(name);
  };
  for (const FlowWay& way : node.next) add(way.to);
  if (!node.end) {
    add(node.unclear);
    for (const FlowWay& way : flow.anywhere)
      if (way.to != node.name) add(way.to);
  }
  return out;
}

}  // namespace offhook::call

// Where in its plan the call is. The caller's words fill the fields of the node, fields and results open ways, and what
// lies on the way is said. It is stepped twice: on the caller's words before the task appends them, and behind the task
// where a tool has returned or the model has gone on by itself.
//
//   the caller's words ── hears ──▶ a way                          said, on the way: each node's `say`,
//          └── fields ── all known ──▶ a way … until a node         then the question, the call or the end
//                  │                   asks, calls or ends
//                  └── one missing: ask, or `again`; or the model, by the task
#include <algorithm>

#include "base/json_fields.hpp"
#include "call/machines.hpp"
#include "tools/placeholders.hpp"
#include "tools/schema.hpp"

namespace offhook::call {
namespace {

using Field = FlowState::Field;
using Called = FlowState::Called;

constexpr std::size_t kMostHops = 32;        // nodes passed in one step
constexpr std::size_t kLongestValue = 1000;  // bytes of a field
constexpr std::size_t kLongestSaid = 4000;   // … of what is said on the way

const Field* find(const FlowState& flow, std::string_view name) {
  const auto it = std::ranges::find(flow.fields, name, &Field::name);
  return it == flow.fields.end() ? nullptr : &*it;
}

bool holds(const FlowWay& way, const FlowState& flow) {
  return std::ranges::all_of(way.conditions, [&](const FlowWay::Condition& c) {
    const Field* field = find(flow, c.field);
    return field && std::ranges::find(c.values, field->value) != c.values.end();
  });
}

std::vector<dialog::SlotChoice> choices_of(const FlowSlot& slot) {
  std::vector<dialog::SlotChoice> out;
  for (const auto& choice : slot.choices) out.push_back({choice.value, choice.words});
  return out;
}

std::optional<Field> read(const FlowSlot& slot, std::string_view words, const std::string& language, bool asked) {
  auto found = dialog::slot_in(slot.kind, choices_of(slot), words, language, asked);
  if (!found || found->value.size() > kLongestValue) return std::nullopt;
  return Field{slot.field, std::move(found->value), std::move(found->spoken), slot.kind == dialog::SlotKind::number};
}

// What any words could be taken for, and so is found only where it was asked for.
bool found_in_passing(dialog::SlotKind kind) {
  using dialog::SlotKind;
  return kind == SlotKind::one_of || kind == SlotKind::day || kind == SlotKind::time || kind == SlotKind::email ||
         kind == SlotKind::phone;
}

// "slots.0.time" of a result; nothing where it has no such thing, or it is no text, number or truth.
std::optional<Field> kept(const FlowNode::Kept& keep, const json::value& result) {
  const json::value* at = &result;
  std::string_view path = keep.path;
  while (!path.empty()) {
    const std::string_view key = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), key.size() + 1));
    if (at->is_object()) {
      at = at->get_object().if_contains(key);
    } else if (at->is_array()) {
      std::size_t index = 0;
      for (const char c : key) index = c >= '0' && c <= '9' && index < 100'000 ? index * 10 + (c - '0') : 1'000'000;
      at = at->get_array().if_contains(index);
    } else {
      at = nullptr;
    }
    if (!at) return std::nullopt;
  }
  if (at->is_null() || at->is_object() || at->is_array()) return std::nullopt;
  const bool literal = !at->is_string();
  std::string value = literal ? json::serialize(*at) : std::string(at->get_string());
  if (value.size() > kLongestValue) return std::nullopt;
  return Field{keep.field, value, value, literal, true};
}

json::object values_of(const FlowState& flow) {
  json::object out;
  for (const Field& field : flow.fields) {
    json::error_code ec;
    out[field.name] = field.literal ? json::parse(field.value, ec) : json::value(field.value);
    if (ec) out[field.name] = field.value;
  }
  return out;
}

class Walker {
 public:
  Walker(FlowState& flow, const State& all) : f_(flow), all_(all), plan_(all.settings.flow) {
    f_.node = std::min(f_.node, plan_.nodes.size() - 1);
    f_.visited.resize(plan_.nodes.size());
  }

  // The caller's words, and before them the tools that have returned.
  Directions hear(const std::string& words) {
    by_words_ = true;
    take(all_.task.outcomes);
    if (f_.called == Called::running && !runs(node().call)) f_.called = Called::no;  // it was never made
    // What is asked here has not been heard.
    const bool unsaid = std::exchange(f_.entering, false) || !entered_.empty() || !f_.heard;
    said_ = std::exchange(f_.said, {});
    if (const FlowWay* way = heard_way(words)) {
      move(*way, "the caller's words");
      advance(words);
      return directions();
    }
    const bool found = take(words, !unsaid);
    if (found || unsaid || !missing()) f_.misses = 0;
    const bool moved = advance(words);
    if (found || moved || unsaid || !missing()) return directions();
    return not_understood();
  }

  // The tools are back, or the model has gone on: it is the agent's turn again.
  Directions go_on(const std::vector<Outcome>& outcomes) {
    const bool entering = std::exchange(f_.entering, false);
    said_ = std::exchange(f_.said, {});
    take(outcomes);
    const bool moved = advance({});
    if (entering || moved || ready_to_call()) return directions();
    Directions d;
    const FlowSlot* slot = missing();
    if (!node().talks && (slot || f_.called == Called::running)) {  // the caller is awaited, or the tool
      d.by_model = false;
      d.silent = f_.heard || !slot || slot->ask.empty();
      if (!d.silent) return directions();
      return d;
    }
    if (slot && !slot->ask.empty()) {
      add(slot->ask);
      d.then = std::exchange(said_, {});
    }
    return d;
  }

  // By the model, in the middle of a reply: what is to be said waits for its end.
  void go_to(const std::string& name) {
    said_ = std::exchange(f_.said, {});
    if (const FlowWay* way = way_of_model(all_, name)) {
      move(*way, "the model goes there");
      wait_for_reply();
    } else {
      f_.said = std::exchange(said_, {});
    }
  }
  void note(std::vector<Field> fields) {
    for (Field& field : fields) set(std::move(field));
    f_.misses = 0;
    said_ = std::exchange(f_.said, {});
    if (advance({}) || ready_to_call()) return wait_for_reply();
    f_.said = std::exchange(said_, {});
  }

  bool acts() const { return f_.entering; }
  const std::vector<std::pair<std::string, std::string>>& entered() const { return entered_; }  // and why

 private:
  const FlowNode& node() const { return plan_.nodes[f_.node]; }

  const FlowSlot* missing() const {
    for (const FlowSlot& slot : node().collect)
      if (!find(f_, slot.field)) return &slot;
    return nullptr;
  }

  bool runs(const std::string& tool) const {
    return std::ranges::any_of(all_.task.running,
                               [&](const auto& r) { return r.tool == tool && r.arguments == f_.arguments; });
  }
  bool ready_to_call() const { return !node().call.empty() && f_.called == Called::no && !missing() && !node().end; }

  void set(Field field) {
    const auto known = std::ranges::find(f_.fields, field.name, &Field::name);
    if (known != f_.fields.end())
      *known = std::move(field);
    else
      f_.fields.push_back(std::move(field));
  }

  // The fields that these words tell: the one that is asked for, others in passing. One that is known already is put
  // right, unless the words were for another of its kind.
  bool take(const std::string& words, bool asked) {
    const FlowSlot* first = missing();
    bool found = false;
    std::vector<dialog::SlotKind> taken;
    for (const bool known : {false, true}) {
      for (const FlowSlot& slot : node().collect) {
        const bool is_known = find(f_, slot.field) != nullptr && &slot != first;
        if (is_known != known || std::ranges::find(taken, slot.kind) != taken.end()) continue;
        // Where the model answers questions, one that names a choice is none.
        const bool wanted = asked && &slot == first && !(slot.kind == dialog::SlotKind::one_of && node().talks);
        if (!wanted && !found_in_passing(slot.kind)) continue;
        // What these words have told, they do not tell once more where the way leads back to it.
        if (std::ranges::find(told_, slot.field) != told_.end()) continue;
        auto field = read(slot, words, plan_.language, wanted);
        if (!field) continue;
        told_.push_back(slot.field);
        taken.push_back(slot.kind);
        set(std::move(*field));
        found = true;
      }
    }
    return found;
  }

  void take(const std::vector<Outcome>& outcomes) {
    for (const Outcome& outcome : outcomes) {
      if (f_.called == Called::running && outcome.tool == node().call && outcome.arguments == f_.arguments) {
        f_.called = outcome.ok ? Called::ok : Called::failed;
        if (outcome.ok) keep(outcome.text);
      }
      const auto way = std::ranges::find_if(node().next, [&](const FlowWay& w) {
        return !w.after.empty() && w.after == outcome.tool &&
               w.result != (outcome.ok ? CallResult::failed : CallResult::ok) && holds(w, f_);
      });
      if (way != node().next.end()) move(*way, outcome.tool + " has returned");
    }
  }

  void keep(const std::string& result) {
    json::error_code ec;
    const json::value value = json::parse(result, ec, {}, lenient());
    if (ec) return;
    for (const auto& one : node().keep)
      if (auto field = kept(one, value)) set(std::move(*field));
  }

  const FlowWay* heard_way(const std::string& words) const {
    for (const auto* ways : {&node().next, &plan_.anywhere})
      for (const FlowWay& way : *ways)
        if (!way.hears.empty() && way.to != node().name && holds(way, f_) &&
            dialog::slot_in(dialog::SlotKind::one_of, {{way.hears.front(), way.hears}}, words, plan_.language, false))
          return &way;
    return nullptr;
  }

  // Of those that nothing but what is known opens.
  const FlowWay* open_way() const {
    for (const FlowWay& way : node().next) {
      if (!way.hears.empty() || !way.when.empty() || !way.after.empty()) continue;
      if (way.result == CallResult::ok && f_.called != Called::ok) continue;
      if (way.result == CallResult::failed && f_.called != Called::failed) continue;
      if (holds(way, f_)) return &way;
    }
    return nullptr;
  }

  void move(const FlowWay& way, const std::string& why) {
    add(way.say);
    enter(way.to, why);
  }

  void enter(const std::string& name, const std::string& why) {
    const auto to = std::ranges::find(plan_.nodes, name, &FlowNode::name);
    if (to == plan_.nodes.end()) return;  // a log may say anything
    f_.node = static_cast<std::size_t>(to - plan_.nodes.begin());
    f_.called = Called::no;
    f_.heard = false;
    f_.misses = 0;
    // What it is here to find out is asked for anew, unless a tool has told it.
    for (const FlowSlot& slot : to->collect)
      std::erase_if(f_.fields,
                    [&](const Field& x) { return x.name == slot.field && (!x.kept || f_.visited[f_.node]); });
    f_.visited[f_.node] = true;
    if (to->memory == FlowMemory::reset) f_.told_from = last_turn();
    if (to->memory == FlowMemory::summary) f_.summarized_to = last_turn();
    add(to->say);
    entered_.emplace_back(name, why);
  }

  // The caller's last, whose words stand in the context, or are about to.
  std::size_t last_turn() const {
    const auto turns = static_cast<std::size_t>(std::ranges::count_if(
        all_.task.context, [](const auto& item) { return item->kind == dialog::Item::Kind::caller; }));
    return by_words_ || turns == 0 ? turns : turns - 1;
  }

  void add(const std::string& text) {
    const json::object values = values_of(f_);
    const std::string more = tools::filled(text, [&](std::string_view name) {
      const Field* field = find(f_, name);
      return field ? field->spoken : std::string();
    });
    if (more.empty() || said_.size() + more.size() > kLongestSaid) return;
    said_ += (said_.empty() ? "" : " ") + more;
  }

  // Along the ways that are open, until a node wants something. `words`: the caller's, which may tell fields of the
  // nodes on the way.
  bool advance(const std::string& words) {
    bool moved = !entered_.empty();
    for (std::size_t hops = 0; hops < kMostHops; ++hops) {
      if (!entered_.empty() && !words.empty()) take(words, false);
      if (node().end || missing()) return moved;
      if (!node().call.empty() && (f_.called == Called::no || f_.called == Called::running)) return moved;
      const FlowWay* way = open_way();
      if (!way) return moved;
      move(*way, f_.called == Called::no ? "all is known"
                                         : node().call + (f_.called == Called::ok ? " has returned" : " has failed"));
      moved = true;
    }
    return moved;
  }
  void wait_for_reply() {
    f_.entering = true;
    f_.said = std::exchange(said_, {});
  }

  // What is said at the node that has been come to, or stayed at.
  Directions directions() {
    Directions d;
    d.say = std::exchange(said_, {});
    const FlowNode& at = node();
    if (at.end) {
      d.by_model = false;
      d.calls.push_back({"", "end_call", "{}"});
      return d;
    }
    const FlowSlot* slot = missing();
    if (ready_to_call()) {
      f_.called = Called::running;
      f_.arguments = arguments();
      d.by_model = false;
      d.calls.push_back({"", at.call, f_.arguments});
      for (const auto& keep : at.keep)  // of an earlier result
        std::erase_if(f_.fields, [&](const Field& x) { return x.kept && x.name == keep.field; });
      return d;
    }
    if (slot && !slot->ask.empty()) {
      said_ = std::move(d.say);
      add(slot->ask);
      d.say = std::exchange(said_, {});
    }
    if (d.say.empty() && f_.called == Called::running && !at.talks) d.say = all_.settings.tool_text;
    d.silent = d.say.empty() && !at.speaks_first && !entered_.empty();
    d.by_model = d.say.empty() && !d.silent;
    return d;
  }

  std::string arguments() const {
    json::error_code ec;
    const json::value form = json::parse(node().arguments.empty() ? "{}" : node().arguments, ec);
    if (ec) return "{}";
    const auto filled = tools::filled_in(form, values_of(f_));
    return filled ? json::serialize(*filled) : "{}";
  }

  Directions not_understood() {
    const FlowNode& at = node();
    if (!at.talks && ++f_.misses >= at.tries && !at.unclear.empty()) {
      enter(at.unclear, "the answers were not understood");
      advance({});
      return directions();
    }
    const FlowSlot* slot = missing();
    Directions d;
    if (!at.talks && !slot->again.empty()) {
      add(slot->again);
      d.say = std::exchange(said_, {});
      d.by_model = false;
    } else if (!slot->ask.empty()) {
      add(slot->ask);
      d.then = std::exchange(said_, {});
    }
    return d;
  }

  FlowState& f_;
  const State& all_;
  const Flow& plan_;
  std::string said_;
  std::vector<std::string> told_;  // fields, by the words that are heard
  bool by_words_ = false;          // they are not in the context yet
  std::vector<std::pair<std::string, std::string>> entered_;
};

void tell(const Walker& walker, Actions& out) {
  for (const auto& [node, why] : walker.entered()) out.push_back({action::Enter{node}, why});
}

}  // namespace

void step_flow(FlowState& flow, const State& all, const Event& event, Time, Decisions& d, Actions& out) {
  if (!all.settings.flow.exists()) return;
  if (get<event::Answered>(event) && flow.visited.empty()) {
    flow.visited.assign(all.settings.flow.nodes.size(), false);
    flow.visited[0] = true;
    out.push_back({action::Enter{all.settings.flow.nodes[0].name}, "the call begins"});
  }
  const Reply& reply = all.reply;
  if (auto* a = get<event::Audible>(event); a && reply.exists() && a->generation == reply.generation)
    flow.heard = flow.heard || (reply.kind == Reply::Kind::greeting ? flow.node == 0 : reply.node == flow.node);
  if (!d.commit || d.ending) return;
  Walker walker(flow, all);
  d.directions = walker.hear(d.commit->text);
  tell(walker, out);
}

void follow_flow(FlowState& flow, const State& all, Decisions& d, Actions& out) {
  if (!all.settings.flow.exists() || (d.moves.empty() && d.noted.empty() && !d.ask_again)) return;
  Walker walker(flow, all);
  if (!d.noted.empty()) walker.note(d.noted);
  for (const std::string& name : d.moves) walker.go_to(name);
  if (d.ask_again) d.directions = walker.go_on(d.outcomes);
  tell(walker, out);
  if (d.ask_again && d.directions.silent) d.ask_again.reset();
}

Directions directions_for(const State& all, const std::string& words, FlowState& after) {
  after = all.flow;
  if (!all.settings.flow.exists()) return {};
  return Walker(after, all).hear(words);
}

std::size_t where_turn_begins(const dialog::Context& context, std::size_t turn) {
  if (turn == 0) return 0;
  for (std::size_t i = 0; i < context.size(); ++i)
    if (context[i]->kind == dialog::Item::Kind::caller && turn-- == 0) return i;
  return context.size();
}

action::Prompt prompt_of(const State& all, const FlowState& flow) {
  action::Prompt prompt;
  const Flow& plan = all.settings.flow;
  if (plan.exists()) {
    const FlowNode& node = plan.nodes[std::min(flow.node, plan.nodes.size() - 1)];
    prompt.role = node.role;
    std::string missing;
    for (const FlowSlot& slot : node.collect)
      if (!find(flow, slot.field)) missing += (missing.empty() ? "" : ", ") + slot.field;
    if (!node.task.empty())
      prompt.notes = "\n\n" + node.task + (missing.empty() ? "" : "\nStill to be found out: " + missing + ".");
  }
  if (!all.task.facts.empty() || !flow.fields.empty()) prompt.notes += "\n\nYou have noted in this call:";
  for (const auto& [key, value] : all.task.facts) prompt.notes += "\n- " + key + ": " + value;
  for (const Field& field : flow.fields) prompt.notes += "\n- " + field.name + ": " + field.value;
  const Task::Summary& summary = all.task.summary;
  if (summary.upto >= where_turn_begins(all.task.context, flow.told_from) && !summary.text.empty())
    prompt.notes += "\n\nWhat was said earlier in this call, in short: " + summary.text;
  return prompt;
}

dialog::Context told(const State& all, const FlowState& flow) {
  const dialog::Context& context = all.task.context;
  const std::size_t from = std::max(where_turn_begins(context, flow.told_from), all.task.summary.upto);
  return {context.begin() + static_cast<std::ptrdiff_t>(from), context.end()};
}

const FlowWay* way_of_model(const State& all, std::string_view to) {
  const Flow& plan = all.settings.flow;
  if (!plan.exists()) return nullptr;
  const FlowNode& node = plan.nodes[std::min(all.reply.node, plan.nodes.size() - 1)];
  for (const auto* ways : {&node.next, &plan.anywhere})
    for (const FlowWay& way : *ways)
      if (!way.when.empty() && way.to == to && holds(way, all.flow)) return &way;
  return nullptr;
}

Result<std::vector<FlowState::Field>> read_noted(const Flow& flow, const FlowNode& node, std::string_view text) {
  const auto arguments = tools::parse_arguments(text);
  if (!arguments) return arguments.error();
  std::vector<Field> fields;
  for (const auto& [key, value] : *arguments) {
    const auto slot = std::ranges::find(node.collect, std::string_view(key), &FlowSlot::field);
    if (slot == node.collect.end())
      return Error{Errc::invalid, "There is nothing to be noted as \"" + std::string(key.substr(0, 60)) + "\"."};
    const std::string words = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    auto field = read(*slot, words, flow.language, true);
    if (!field)
      return Error{Errc::invalid,
                   "The " + slot->field + " is \"" + words.substr(0, 60) + "\", which is not understood."};
    fields.push_back(std::move(*field));
  }
  if (fields.empty()) return Error{Errc::invalid, "Nothing was given to be noted."};
  return fields;
}

bool opens_a_way(const State& all, const std::vector<FlowState::Field>& noted) {
  if (!all.settings.flow.exists()) return false;
  FlowState after = all.flow;
  Walker walker(after, all);
  walker.note(noted);
  return walker.acts();
}

const FlowSlot* asked_for(const State& all) {
  const Flow& plan = all.settings.flow;
  if (!plan.exists()) return nullptr;
  for (const FlowSlot& slot : plan.nodes[std::min(all.flow.node, plan.nodes.size() - 1)].collect)
    if (!find(all.flow, slot.field)) return &slot;
  return nullptr;
}

}  // namespace offhook::call

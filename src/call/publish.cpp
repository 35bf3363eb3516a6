#include "call/publish.hpp"

#include <boost/json.hpp>

#include "base/utf8.hpp"

namespace offhook::call {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestResult = 4000;  // bytes

double ms(Time t) {
  return to_ms(t.time_since_epoch());
}
double ms(std::int64_t us) {
  return static_cast<double>(us) / 1000.0;
}

}  // namespace

std::string publish_action(const Action& action, Time now, std::string_view node) {
  json::object o;
  auto simple = [&](const char* type) {
    o["type"] = type;
    o["at_ms"] = ms(now);
    o["why"] = action.why;
    if (!node.empty()) o["node"] = node;
  };
  if (auto* said = std::get_if<action::CallerSaid>(&action.what)) {
    simple(said->final ? "caller.final" : "caller.partial");
    o["utterance"] = said->utterance;
    o["text"] = said->text;
  } else if (auto* agent = std::get_if<action::AgentSaid>(&action.what)) {
    simple("agent.said");
    o["at_ms"] = ms(agent->since_us);
    o["reply"] = agent->generation;
    o["text"] = agent->text;
    o["cut"] = agent->cut;
  } else if (auto* t = std::get_if<action::TurnTook>(&action.what)) {
    simple("turn");
    o["turn"] = t->turn;
    o["reply"] = t->generation;
    o["v2v_ms"] = ms(t->v2v_us);
    o["speculated"] = t->speculated;
    json::array parts;
    const std::pair<const char*, std::int64_t> all[] = {
        {"hear", t->hear_us},     {"transcribe", t->transcribe_us}, {"decide", t->decide_us}, {"think", t->think_us},
        {"clause", t->clause_us}, {"voice", t->voice_us},           {"wait", t->wait_us},     {"send", t->send_us}};
    for (const auto& [name, us] : all) parts.push_back(json::object{{"name", name}, {"ms", ms(us)}});
    o["parts"] = std::move(parts);
  } else if (auto* call = std::get_if<action::CallTool>(&action.what)) {
    simple("tool");
    o["id"] = call->id;
    o["tool"] = call->tool;
    o["arguments"] = call->arguments;
  } else if (auto* cancelled = std::get_if<action::CancelTool>(&action.what)) {
    simple("tool.cancelled");
    o["id"] = cancelled->id;
  } else if (auto* enter = std::get_if<action::Enter>(&action.what)) {
    simple("node");
    o["node"] = enter->node;
  } else if (std::holds_alternative<action::Hold>(action.what)) {
    simple("hold");
  } else if (std::holds_alternative<action::Resume>(action.what)) {
    simple("resume");
  } else if (std::holds_alternative<action::Flush>(action.what)) {
    simple("flush");
  } else {
    return "";
  }
  return json::serialize(o);
}

std::string publish_clause(Generation generation, const std::string& text, Time now, std::string_view node) {
  json::object o{{"type", "agent.clause"}, {"at_ms", ms(now)}, {"reply", generation}, {"text", text}};
  if (!node.empty()) o["node"] = node;
  return json::serialize(o);
}

std::string publish_returned(const event::ToolReturned& returned, Time now, std::string_view node) {
  json::object o{{"type", "tool.returned"},
                 {"at_ms", ms(now)},
                 {"id", returned.id},
                 {"ok", returned.ok},
                 {"text", utf8_front(returned.text, kLongestResult)}};
  if (!node.empty()) o["node"] = node;
  return json::serialize(o);
}

std::string publish_ended(std::string_view why, Time now) {
  return json::serialize(json::object{{"type", "ended"}, {"at_ms", ms(now)}, {"why", why}});
}

}  // namespace offhook::call

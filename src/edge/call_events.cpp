#include "edge/call_events.hpp"

#include <array>
#include <boost/json.hpp>
#include <cmath>

namespace offhook::edge {
namespace {

namespace json = boost::json;
using Kind = CallEvent::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 11> kKinds{{{"caller.partial", Kind::caller_partial},
                                                                    {"caller.final", Kind::caller_final},
                                                                    {"agent.clause", Kind::agent_clause},
                                                                    {"agent.said", Kind::agent_said},
                                                                    {"hold", Kind::hold},
                                                                    {"resume", Kind::resume},
                                                                    {"flush", Kind::flush},
                                                                    {"turn", Kind::turn},
                                                                    {"tool", Kind::tool},
                                                                    {"tool.returned", Kind::tool_returned},
                                                                    {"ended", Kind::ended}}};

std::string text_of(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  const json::string* s = v ? v->if_string() : nullptr;
  return s ? std::string(s->data(), s->size()) : std::string();
}

// 0 where it is absent, no number, or beyond what a call can mean.
double number_of(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  if (v == nullptr || !v->is_number()) return 0;
  const double d = v->is_double() ? v->get_double() : v->is_int64() ? double(v->get_int64()) : double(v->get_uint64());
  return std::abs(d) < 1e12 ? d : 0;
}

bool flag_of(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v && v->is_bool() && v->get_bool();
}

}  // namespace

std::optional<CallEvent> read_call_event(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 8;
  const json::value value = json::parse(text, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  const json::object& o = value.get_object();
  const std::string type = text_of(o, "type");
  CallEvent e;
  bool known = false;
  for (const auto& [name, kind] : kKinds)
    if (name == type) {
      e.kind = kind;
      known = true;
    }
  if (!known) return std::nullopt;
  e.at_ms = number_of(o, "at_ms");
  e.text = text_of(o, e.kind == Kind::tool ? "tool" : "text");
  e.id = text_of(o, "id");
  e.arguments = text_of(o, "arguments");
  e.why = text_of(o, "why");
  e.reply = static_cast<std::int64_t>(number_of(o, "reply"));
  e.turn = static_cast<std::int64_t>(number_of(o, "turn"));
  e.cut = flag_of(o, "cut");
  e.speculated = flag_of(o, "speculated");
  e.v2v_ms = number_of(o, "v2v_ms");
  if (const json::value* parts = o.if_contains("parts"); parts && parts->is_array())
    for (const json::value& part : parts->get_array())
      if (part.is_object() && e.parts.size() < kMostParts)
        e.parts.emplace_back(text_of(part.get_object(), "name"), number_of(part.get_object(), "ms"));
  return e;
}

}  // namespace offhook::edge

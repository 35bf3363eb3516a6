#include "call/record.hpp"

#include <boost/json.hpp>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <type_traits>
#include <utility>

namespace offhook::call {
namespace {

namespace json = boost::json;

constexpr std::string_view kInterruptions[] = {"hold", "immediate", "never"};
constexpr std::string_view kMutes[] = {"none", "greeting", "tools", "always"};
constexpr std::string_view kEffects[] = {"none", "idempotent", "once"};
constexpr std::string_view kBuiltins[] = {"none", "end_call", "send_digits", "collect",
                                          "wait", "remember", "go_to",       "note"};
constexpr std::string_view kOwners[] = {"offhook", "stt"};
constexpr std::string_view kRules[] = {"curve", "threshold"};
constexpr std::string_view kExpects[] = {"none", "number", "phone", "date", "email", "spelling"};
constexpr std::string_view kSlotKinds[] = {"text",  "yes_no", "one_of", "number", "digits",
                                           "phone", "email",  "day",    "time",   "name"};
constexpr std::string_view kCallResults[] = {"any", "ok", "failed"};
constexpr std::string_view kMemories[] = {"append", "reset", "summary"};
constexpr std::string_view kSignals[] = {"eager", "resumed", "ended"};

template <class E>
constexpr auto& names_of() {
  if constexpr (std::is_same_v<E, Interruptions>)
    return kInterruptions;
  else if constexpr (std::is_same_v<E, Mute>)
    return kMutes;
  else if constexpr (std::is_same_v<E, Builtin>)
    return kBuiltins;
  else if constexpr (std::is_same_v<E, Owner>)
    return kOwners;
  else if constexpr (std::is_same_v<E, Rule>)
    return kRules;
  else if constexpr (std::is_same_v<E, dialog::Expects>)
    return kExpects;
  else if constexpr (std::is_same_v<E, dialog::SlotKind>)
    return kSlotKinds;
  else if constexpr (std::is_same_v<E, CallResult>)
    return kCallResults;
  else if constexpr (std::is_same_v<E, FlowMemory>)
    return kMemories;
  else if constexpr (std::is_same_v<E, event::TurnSignalled::Kind>)
    return kSignals;
  else
    return kEffects;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    const auto u = static_cast<unsigned char>(c);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      default:
        if (u < 0x20) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", u);
          out += escape;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// What the caller or the agent said, or the caller typed; masked where words are not recorded.
bool is_spoken(std::string_view field) {
  return field == "text" || field == "arguments" || field == "digit" || field == "digits";
}

// Sums of two of them are no overflow, and JSON's readers agree on them.
constexpr std::int64_t kGreatest = std::int64_t{1} << 53;

bool read_number(const json::value& v, std::int64_t& to) {
  json::error_code ec;
  const auto n = v.to_number<std::int64_t>(ec);
  if (ec || n > kGreatest || n < -kGreatest) return false;
  to = n;
  return true;
}

class Writer {
 public:
  Writer(std::string& out, bool words) : out_(out), words_(words) {}

  void key(const char* name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }
  template <class T>
  void operator()(const char* name, T& value) {
    key(name);
    if constexpr (std::is_same_v<T, std::string>)
      append_string(out_, words_ || !is_spoken(name) ? value : masked(value));
    else
      this->value(value);
  }

 private:
  void value(bool v) { out_ += v ? "true" : "false"; }
  void value(Duration v) { out_ += std::to_string(v.count()); }
  template <class T>
  void value(T& v) {
    if constexpr (std::is_enum_v<T>)
      append_string(out_, names_of<T>()[static_cast<std::size_t>(v)]);
    else if constexpr (std::is_integral_v<T>)
      out_ += std::to_string(v);
    else if constexpr (std::is_same_v<T, std::string>)
      append_string(out_, v);
    else if constexpr (requires { v.visit(*this); }) {
      out_ += '{';
      Writer inner(out_, words_);
      v.visit(inner);
      out_ += '}';
    } else {  // a list
      out_ += '[';
      bool first = true;
      for (auto& item : v) {
        if (!first) out_ += ',';
        first = false;
        value(item);
      }
      out_ += ']';
    }
  }

  std::string& out_;
  const bool words_;
  bool first_ = true;
};

// Fields that are absent keep their value; fields of the wrong type are an error.
class Reader {
 public:
  explicit Reader(const json::object& object) : object_(object) {}
  const std::string& error() const { return error_; }

  template <class T>
  void operator()(const char* name, T& value) {
    const json::value* v = object_.if_contains(name);
    if (!v) return;
    if (!read(*v, value) && error_.empty())
      error_ = std::string("field ") + name + " has the wrong type or is out of range";
  }

 private:
  bool read(const json::value& v, std::string& to) {
    if (!v.is_string()) return false;
    to.assign(v.get_string().data(), v.get_string().size());
    return true;
  }
  bool read(const json::value& v, bool& to) {
    if (!v.is_bool()) return false;
    to = v.get_bool();
    return true;
  }
  bool read(const json::value& v, Duration& to) {
    std::int64_t n = 0;
    if (v.is_int64() && v.get_int64() > kGreatest) {  // a limit beyond all time
      to = Duration::max();
      return true;
    }
    if (!read_number(v, n)) return false;
    to = Duration(n);
    return true;
  }
  template <class T>
  bool read(const json::value& v, T& to) {
    if constexpr (std::is_enum_v<T>) {
      if (!v.is_string()) return false;
      std::size_t i = 0;
      for (const auto& name : names_of<T>()) {
        if (std::string_view(v.get_string()) == name) {
          to = static_cast<T>(i);
          return true;
        }
        ++i;
      }
      return false;
    } else if constexpr (std::is_integral_v<T>) {
      std::int64_t n = 0;
      if (!read_number(v, n) || !std::in_range<T>(n)) return false;
      to = static_cast<T>(n);
      return true;
    } else if constexpr (requires(Reader r) { to.visit(r); }) {
      if (!v.is_object()) return false;
      Reader inner(v.get_object());
      to.visit(inner);
      return inner.error().empty();
    } else {
      if (!v.is_array()) return false;
      to.clear();
      for (const auto& item : v.get_array()) {
        to.emplace_back();
        if (!read(item, to.back())) return false;
      }
      return true;
    }
  }

  const json::object& object_;
  std::string error_;
};

void open(std::string& out, Duration t, const char* kind, const char* name) {
  out += "{\"t\":";
  out += std::to_string(t.count());
  out += ",\"";
  out += kind;
  out += "\":\"";
  out += name;
  out += '"';
}

// The fields of `item` behind what stands in `out` already.
template <class Item>
void fields(std::string& out, const Item& item, bool words) {
  std::string inner;
  Writer writer(inner, words);
  const_cast<Item&>(item).visit(writer);  // visit() serves reading too; a Writer changes nothing
  if (!inner.empty()) {
    out += ',';
    out += inner;
  }
}

template <std::size_t I = 0>
bool read_event(std::string_view name, Reader& reader, Event& to) {
  if constexpr (I == std::variant_size_v<Event>) {
    return false;
  } else {
    using E = std::variant_alternative_t<I, Event>;
    if (name != E::kName) return read_event<I + 1>(name, reader, to);
    E event;
    event.visit(reader);
    to = std::move(event);
    return true;
  }
}

template <std::size_t I = 0>
bool read_what(std::string_view name, Reader& reader, Do& to) {
  if constexpr (I == std::variant_size_v<Do>) {
    return false;
  } else {
    using A = std::variant_alternative_t<I, Do>;
    if (name != A::kName) return read_what<I + 1>(name, reader, to);
    A action;
    action.visit(reader);
    to = std::move(action);
    return true;
  }
}

Error bad(std::string what) {
  return {Errc::invalid, "reading a line of an event log: " + std::move(what)};
}

Result<LogLine> read_windows(Duration t, const json::object& object) {
  const auto* list = object.if_contains("w");
  if (!list || !list->is_array() || list->get_array().size() % 5 != 0) return bad("windows without a list of fives");
  std::vector<EventLine> lines;
  std::int64_t five[5];
  int n = 0;
  for (const auto& v : list->get_array()) {
    if (!read_number(v, five[n++])) return bad("windows hold something that is no number");
    if (n == 5) {
      if (!std::in_range<int>(five[1]) || !std::in_range<int>(five[2]) || !std::in_range<int>(five[4]))
        return bad("a window's numbers are out of range");
      n = 0;
      lines.push_back({t + Duration(five[0]), event::Window{static_cast<int>(five[1]), static_cast<int>(five[2]),
                                                            five[3], static_cast<int>(five[4])}});
    }
  }
  return LogLine(std::move(lines));
}

}  // namespace

std::string masked(std::string_view text) {
  std::string out;
  for (char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x80 && u < 0xC0) continue;  // the rest of a character beyond ASCII
    if (std::isdigit(u))
      out += '0';
    else if (std::isalpha(u) || u >= 0xC0)
      out += 'x';
    else
      out += c;
  }
  return out;
}

void write_head(std::string& out, const Head& head) {
  Head copy = head;
  out += "{\"offhook\":1,\"call\":";
  append_string(out, copy.call);
  out += ",\"agent\":";
  append_string(out, copy.agent);
  out += ",\"started\":";
  append_string(out, copy.started);
  out += copy.words ? ",\"words\":true" : ",\"words\":false";
  out += ",\"settings\":{";
  Writer writer(out, true);
  copy.settings.visit(writer);
  out += "}}\n";
}

void write_event(std::string& out, Duration t, const Event& event, bool words, std::string_view node) {
  std::visit(
      [&](const auto& e) {
        open(out, t, "e", e.kName);
        fields(out, e, words);
        if (!node.empty()) {
          out += ",\"node\":";
          append_string(out, node);
        }
        out += "}\n";
      },
      event);
}

namespace {

// Without a string of its own: a window comes thirty times a second.
void append_number(std::string& out, std::int64_t n) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, n).ptr);
}

}  // namespace

void write_windows(std::string& out, Duration t, const std::vector<std::pair<Duration, event::Window>>& windows) {
  open(out, t, "e", "windows");
  out += ",\"w\":[";
  bool first = true;
  for (const auto& [when, w] : windows) {
    for (const std::int64_t n :
         {(when - t).count(), std::int64_t{w.speech}, std::int64_t{w.level}, w.end, std::int64_t{w.echo}}) {
      if (!std::exchange(first, false)) out += ',';
      append_number(out, n);
    }
  }
  out += "]}\n";
}

void write_action(std::string& out, Duration t, const Action& action, bool words) {
  std::visit(
      [&](const auto& a) {
        open(out, t, "a", a.kName);
        fields(out, a, words);
        out += ",\"why\":";
        append_string(out, action.why);
        out += "}\n";
      },
      action.what);
}

std::string describe(const Action& action) {
  std::string out;
  std::visit(
      [&](const auto& a) {
        out += std::string("{\"a\":\"") + a.kName + '"';
        fields(out, a, true);
        out += ",\"why\":";
        append_string(out, action.why);
        out += '}';
      },
      action.what);
  return out;
}

Result<LogLine> read_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  json::error_code ec;
  json::parse_options options;
  options.max_depth = 16;
  options.allow_invalid_utf8 =
      true;  // a recogniser may have said it, and what was decided on it is to be decided again
  const json::value value = json::parse(json::string_view(line.data(), line.size()), ec, {}, options);
  if (ec) return bad("it is not JSON (" + ec.message() + ")");
  if (!value.is_object()) return bad("it is not an object");
  const json::object& object = value.get_object();
  if (object.contains("offhook")) {
    Head head;
    Reader reader(object);
    reader("call", head.call), reader("agent", head.agent), reader("started", head.started),
        reader("words", head.words);
    const auto* settings = object.if_contains("settings");
    if (!settings || !settings->is_object()) return bad("the head has no settings");
    Reader inner(settings->get_object());
    head.settings.visit(inner);
    if (!reader.error().empty() || !inner.error().empty()) return bad("the head's " + reader.error() + inner.error());
    return LogLine(std::move(head));
  }
  std::int64_t us = -1;
  std::string event, action;
  Reader reader(object);
  reader("t", us), reader("e", event), reader("a", action);
  if (us < 0 || (event.empty() && action.empty())) return bad("it has no time, or neither event nor action");
  if (!action.empty()) return LogLine(ActionLine{Duration(us), std::string(line), action});
  if (event == "windows") return read_windows(Duration(us), object);
  EventLine out{Duration(us), {}};
  if (!read_event(event, reader, out.event)) return bad("event \"" + event + "\" is not known to this version");
  if (!reader.error().empty()) return bad(reader.error());
  return LogLine(std::vector<EventLine>{std::move(out)});
}

Result<Action> read_action(const ActionLine& line) {
  json::error_code ec;
  json::parse_options options;
  options.max_depth = 16;
  options.allow_invalid_utf8 = true;
  const json::value value = json::parse(json::string_view(line.text.data(), line.text.size()), ec, {}, options);
  if (ec || !value.is_object()) return bad("it is not a JSON object");
  Action action;
  Reader reader(value.get_object());
  reader("why", action.why);
  if (!read_what(line.name, reader, action.what))
    return bad("action \"" + line.name + "\" is not known to this version");
  if (!reader.error().empty()) return bad(reader.error());
  return action;
}

}  // namespace offhook::call

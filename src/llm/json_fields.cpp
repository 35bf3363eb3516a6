#include "llm/json_fields.hpp"

#include <algorithm>
#include <limits>

namespace offhook::llm {

namespace {

// The length of the well-formed UTF-8 sequence at the front, 0 if there is none.
std::size_t sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned c = at(0);
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return tail(1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) return tail(1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF) && tail(2) ? 3 : 0;
  if (c >= 0xF0 && c <= 0xF4)
    return tail(1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF) && tail(2) && tail(3) ? 4 : 0;
  return 0;
}

}  // namespace

const json::object* object_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  return v ? v->if_object() : nullptr;
}

const json::array& array_in(const json::object& from, std::string_view key) {
  static const json::array none;
  const json::value* v = from.if_contains(key);
  return v && v->is_array() ? v->get_array() : none;
}

std::string_view text_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  const json::string* s = v ? v->if_string() : nullptr;
  return s ? std::string_view(*s) : std::string_view();
}

std::int64_t number_in(const json::object& from, std::string_view key, std::int64_t otherwise) {
  const json::value* v = from.if_contains(key);
  if (v && v->is_int64()) return v->get_int64();
  return otherwise;
}

int count_in(const json::object& from, std::string_view key, int otherwise) {
  return static_cast<int>(
      std::clamp<std::int64_t>(number_in(from, key, otherwise), 0, std::numeric_limits<int>::max()));
}

bool flag_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  return v && v->is_bool() && v->get_bool();
}

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence(text);
    if (length == 0)
      out += "\xEF\xBF\xBD";
    else
      out.append(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

std::string one_line(std::string_view text, std::size_t characters) {
  std::string out = clean(text.substr(0, 4 * characters));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  std::size_t end = 0;
  for (std::size_t n = 0; n < characters && end < out.size(); ++n) end += sequence(std::string_view(out).substr(end));
  out.resize(end);
  return out;
}

Result<json::value> parse_parameters(const Tool& tool) {
  boost::system::error_code ec;
  json::value parameters = tool.parameters.empty()
                               ? json::value(json::object{{"type", "object"}, {"properties", json::object{}}})
                               : json::parse(tool.parameters, ec);
  if (ec || !parameters.is_object())
    return Error{Errc::invalid, "encoding tool '" + tool.name + "': its parameters are " +
                                    (ec ? "no JSON (" + ec.message() + ")" : std::string("JSON but no object")) +
                                    ", expected a JSON Schema such as {\"type\":\"object\",\"properties\":{}}"};
  return parameters;
}

json::object parse_arguments(std::string_view arguments) {
  if (arguments.empty()) return {};
  boost::system::error_code ec;
  json::value value = json::parse(clean(arguments), ec);
  if (!ec && value.is_object()) return std::move(value.get_object());
  json::object out;
  out["text"] = clean(arguments);
  return out;
}

}  // namespace offhook::llm

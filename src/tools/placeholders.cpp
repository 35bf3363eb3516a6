#include "tools/placeholders.hpp"

#include <algorithm>

#include "base/json_fields.hpp"

namespace offhook::tools {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::string filled(std::string_view text, const std::function<std::string(std::string_view name)>& value) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == text.npos) break;
    const std::size_t close = text.find('}', open);
    const auto name = text.substr(open + 1, close == text.npos ? 0 : close - open - 1);
    if (name.empty() || !std::ranges::all_of(name, is_name_letter)) {
      out += '{';
      text.remove_prefix(open + 1);
      continue;
    }
    out += value(name);
    text.remove_prefix(close + 1);
  }
  return out;
}

std::vector<std::string> placeholders(std::string_view text) {
  std::vector<std::string> names;
  filled(text, [&](std::string_view name) {
    names.emplace_back(name);
    return std::string();
  });
  return names;
}

namespace {

void add_placeholders(const json::value& body, std::vector<std::string>& names) {
  if (body.is_string())
    for (auto& name : placeholders(body.get_string())) names.push_back(std::move(name));
  if (body.is_array())
    for (const auto& item : body.get_array()) add_placeholders(item, names);
  if (body.is_object())
    for (const auto& [key, item] : body.get_object()) add_placeholders(item, names);
}

}  // namespace

std::vector<std::string> placeholders_in(const json::value& body) {
  std::vector<std::string> names;
  add_placeholders(body, names);
  return names;
}

std::string text_of(const json::object& values, std::string_view name) {
  const json::value* value = values.if_contains(name);
  if (!value || value->is_null()) return "";
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::optional<json::value> filled_in(const json::value& body, const json::object& values) {
  if (body.is_string()) {
    const std::string_view text = body.get_string();
    const auto names = placeholders(text);
    if (names.size() == 1 && text.size() == names[0].size() + 2) {
      const json::value* value = values.if_contains(names[0]);
      return value ? std::optional(*value) : std::nullopt;
    }
    return json::value(filled(text, [&](std::string_view name) { return text_of(values, name); }));
  }
  if (body.is_array()) {
    json::array out;
    for (const auto& item : body.get_array())
      if (auto value = filled_in(item, values)) out.push_back(std::move(*value));
    return out;
  }
  if (body.is_object()) {
    json::object out;
    for (const auto& [key, item] : body.get_object())
      if (auto value = filled_in(item, values)) out[key] = std::move(*value);
    return out;
  }
  return body;
}

}  // namespace offhook::tools

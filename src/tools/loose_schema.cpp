#include "tools/loose_schema.hpp"

#include <algorithm>
#include <string_view>

#include "base/json_fields.hpp"

namespace offhook::tools {
namespace {

constexpr std::string_view kTypes[] = {"string", "number", "integer", "boolean", "array", "object", "null"};
constexpr std::string_view kNumbers[] = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"};
constexpr std::string_view kCounts[] = {"minLength", "maxLength", "minItems", "maxItems"};

bool is_one_of(const auto& list, std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}

bool is_type(const json::value& value) {
  if (value.is_string()) return is_one_of(kTypes, value.get_string());
  return value.is_array() && !value.get_array().empty() &&
         std::ranges::all_of(value.get_array(), [](const json::value& one) { return one.is_string() && is_type(one); });
}

json::value inside(const json::value& schema) {
  return schema.is_object() ? checkable(schema.get_object()) : json::object();  // true and false are schemas too
}

}  // namespace

json::value checkable(const json::object& schema) {
  json::object out;
  for (const auto& [key, value] : schema) {
    if (key == "type" && is_type(value)) out[key] = value;
    if (key == "const" || (key == "enum" && value.is_array() && !value.get_array().empty())) out[key] = value;
    if (key == "required" && value.is_array()) {
      const json::object* known = object_in(schema, "properties");
      json::array names;  // a schema without mistakes asks for no more than it describes
      for (const json::value& name : value.get_array())
        if (name.is_string() && known && known->contains(name.get_string())) names.push_back(name);
      out[key] = std::move(names);
    }
    if (key == "properties" && value.is_object()) {
      json::object properties;
      for (const auto& [name, property] : value.get_object()) properties[name] = inside(property);
      out[key] = std::move(properties);
    }
    if (key == "additionalProperties" && !schema.contains("patternProperties"))
      out[key] = value.is_bool() ? value : inside(value);
    if (key == "items" && value.is_object() && !schema.contains("prefixItems")) out[key] = inside(value);
    if (is_one_of(kNumbers, key) && value.is_number()) out[key] = value;
    if (is_one_of(kCounts, key) && value.is_int64() && value.get_int64() >= 0) out[key] = value;
  }
  return out;
}

}  // namespace offhook::tools

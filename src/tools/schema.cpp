#include "tools/schema.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>

#include "base/json_fields.hpp"
#include "base/utf8.hpp"
#include "tools/arguments.hpp"

namespace offhook::tools {
namespace {

constexpr std::string_view kTypes[] = {"string", "number", "integer", "boolean", "array", "object", "null"};
constexpr std::string_view kAnnotations[] = {"title",  "description", "default",   "examples",
                                             "format", "pattern",     "deprecated"};
constexpr std::size_t kShown = 60;  // characters of what a model wrote

template <class List>
bool one_of(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}

std::string shown(const json::value& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  const std::string text = one_line(json::serialize(value), kShown + 1);
  return code_points(text) <= static_cast<std::int64_t>(kShown) ? text : one_line(text, kShown) + "…";
}

std::string listed(const json::array& values) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i)
    out += (i == 0 ? "" : i + 1 == values.size() ? " or " : ", ") + shown(values[i]);
  return out;
}

std::string in_words(std::string_view type) {
  if (type == "integer") return "an integer";
  if (type == "object") return "an object";
  if (type == "array") return "a list";
  if (type == "null") return "null";
  return "a " + std::string(type);
}

// The types that a schema names; none: any.
std::vector<std::string_view> types_of(const json::object& schema) {
  std::vector<std::string_view> out;
  const json::value* type = schema.if_contains("type");
  if (type && type->is_string()) out.emplace_back(type->get_string());
  for (const json::value& one : array_in(schema, "type"))
    if (one.is_string()) out.emplace_back(one.get_string());
  return out;
}

bool is_number(const json::value& value) {
  return value.is_number();
}
bool is_whole(const json::value& value) {  // JSON knows no integers: 5.0 is one
  return value.is_int64() || value.is_uint64() ||
         (value.is_double() && std::floor(value.get_double()) == value.get_double());
}

bool is_of(const json::value& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "number") return is_number(value);
  if (type == "integer") return is_whole(value);
  if (type == "boolean") return value.is_bool();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return value.is_null();
}

bool is_count(const json::value& value) {
  return is_number(value) && is_whole(value) && number_or(&value, -1) >= 0;
}

using Path = std::vector<std::string>;
std::optional<SchemaMistake> mistake(const json::value& schema, Path& path);

std::optional<SchemaMistake> mistake_at(Path path, std::string_view key, std::string what) {
  path.emplace_back(key);
  return SchemaMistake{std::move(path), std::move(what)};
}

std::optional<SchemaMistake> inside(const json::value& schema, Path& path, std::string_view key) {
  path.emplace_back(key);
  auto found = mistake(schema, path);
  path.pop_back();
  return found;
}

std::optional<SchemaMistake> mistake_in_type(const json::value& type, const Path& path) {
  const auto wrong = [&](const json::value& found) {
    return mistake_at(path, "type",
                      "found " + shown(found) +
                          ", expected string, number, integer, boolean, array, object or null, or a list of these");
  };
  if (type.is_string() && one_of(kTypes, std::string_view(type.get_string()))) return std::nullopt;
  if (!type.is_array() || type.get_array().empty()) return wrong(type);
  for (const json::value& one : type.get_array())
    if (!one.is_string() || !one_of(kTypes, std::string_view(one.get_string()))) return wrong(one);
  return std::nullopt;
}

std::optional<SchemaMistake> mistake_in_keyword(const json::object& schema, std::string_view key,
                                                const json::value& value, Path& path) {
  const auto expected = [&](const char* what) {
    return mistake_at(path, key, "found " + shown(value) + ", expected " + what);
  };
  if (one_of(kAnnotations, key) || key == "const") return std::nullopt;
  if (key == "type") return mistake_in_type(value, path);
  if (key == "enum") {
    if (!value.is_array() || value.get_array().empty()) return expected("a list of the values it may have");
  } else if (key == "required") {
    if (!value.is_array()) return expected("a list of names, each among the properties");
    const json::object* properties = object_in(schema, "properties");
    for (const json::value& name : value.get_array())
      if (!name.is_string() || !properties || !properties->contains(name.get_string()))
        return mistake_at(path, key, "found " + shown(name) + ", expected a name that stands among the properties");
  } else if (key == "properties") {
    if (!value.is_object()) return expected("a map of names and their schemas");
    path.emplace_back(key);
    for (const auto& [name, property] : value.get_object())
      if (auto found = inside(property, path, name)) return found;
    path.pop_back();
  } else if (key == "additionalProperties") {
    if (!value.is_bool()) return inside(value, path, key);
  } else if (key == "items") {
    return inside(value, path, key);
  } else if (key == "minimum" || key == "maximum" || key == "exclusiveMinimum" || key == "exclusiveMaximum") {
    if (!is_number(value)) return expected("a number");
  } else if (key == "minLength" || key == "maxLength" || key == "minItems" || key == "maxItems") {
    if (!is_count(value)) return expected("a whole number from 0 on");
  } else {
    return mistake_at(path, key,
                      "is a keyword of JSON Schema that is not checked here; leave it out, and say it in the "
                      "description");
  }
  return std::nullopt;
}

std::optional<SchemaMistake> mistake(const json::value& schema, Path& path) {
  const json::object* object = schema.if_object();
  if (!object) return SchemaMistake{path, "found " + shown(schema) + ", expected a schema such as { type: string }"};
  for (const auto& [key, value] : *object)
    if (auto found = mistake_in_keyword(*object, key, value, path)) return found;
  return std::nullopt;
}

// ---- what a model wrote

class Judge {
 public:
  std::optional<std::string> judge(const json::object& schema, const json::value& value, const std::string& where) {
    const auto types = types_of(schema);
    if (!types.empty() && std::ranges::none_of(types, [&](std::string_view t) { return is_of(value, t); })) {
      std::string all;
      for (std::size_t i = 0; i < types.size(); ++i) all += (i ? " or " : "") + in_words(types[i]);
      return wrong(where, value, all);
    }
    if (const json::array& values = array_in(schema, "enum");
        !values.empty() && std::ranges::find(values, value) == values.end())
      return wrong(where, value, listed(values));
    if (const json::value* only = schema.if_contains("const"); only && *only != value)
      return wrong(where, value, shown(*only));
    if (value.is_number()) return judge_number(schema, value, where);
    if (value.is_string()) return judge_text(schema, value, where);
    if (value.is_array()) return judge_list(schema, value.get_array(), where);
    if (value.is_object()) return judge_object(schema, value.get_object(), where);
    return std::nullopt;
  }

 private:
  static std::string named(const std::string& where) {
    return where.empty() ? "The arguments are" : "The argument \"" + one_line(where, kShown) + "\" is";
  }
  static std::optional<std::string> wrong(const std::string& where, const json::value& found,
                                          const std::string& expected) {
    return named(where) + " " + shown(found) + ", expected " + expected + ".";
  }

  static std::optional<std::string> judge_number(const json::object& schema, const json::value& value,
                                                 const std::string& where) {
    const double number = number_or(&value, 0);
    const auto bound = [&](const char* key, auto kept, const char* words) -> std::optional<std::string> {
      const json::value* limit = schema.if_contains(key);
      if (!limit || kept(number, number_or(limit, 0))) return std::nullopt;
      return wrong(where, value, words + shown(*limit));
    };
    if (auto w = bound("minimum", std::greater_equal<>(), "at least ")) return w;
    if (auto w = bound("maximum", std::less_equal<>(), "at most ")) return w;
    if (auto w = bound("exclusiveMinimum", std::greater<>(), "more than ")) return w;
    return bound("exclusiveMaximum", std::less<>(), "less than ");
  }

  static std::optional<std::string> count_misfit(const json::object& schema, double count, const char* least,
                                                 const char* most, const std::string& unit, const std::string& where) {
    const json::value *low = schema.if_contains(least), *high = schema.if_contains(most);
    const auto told = [&](const char* bound, const json::value& limit) {
      return named(where) + " " + std::to_string(static_cast<std::int64_t>(count)) + " " + unit + " long, expected " +
             bound + shown(limit) + ".";
    };
    if (low && count < number_or(low, 0)) return told("at least ", *low);
    if (high && count > number_or(high, 0)) return told("at most ", *high);
    return std::nullopt;
  }

  static std::optional<std::string> judge_text(const json::object& schema, const json::value& value,
                                               const std::string& where) {
    const auto length = static_cast<double>(code_points(value.get_string()));
    return count_misfit(schema, length, "minLength", "maxLength", "characters", where);
  }

  std::optional<std::string> judge_list(const json::object& schema, const json::array& list, const std::string& where) {
    if (auto w = count_misfit(schema, static_cast<double>(list.size()), "minItems", "maxItems", "entries", where))
      return w;
    const json::object* items = object_in(schema, "items");
    for (std::size_t i = 0; items && i < list.size(); ++i)
      if (auto w = judge(*items, list[i], where + "[" + std::to_string(i) + "]")) return w;
    return std::nullopt;
  }

  std::optional<std::string> judge_object(const json::object& schema, const json::object& object,
                                          const std::string& where) {
    const std::string front = where.empty() ? "" : where + ".";
    for (const json::value& name : array_in(schema, "required"))
      if (!object.contains(name.get_string()))
        return "The argument \"" + front + std::string(name.get_string()) + "\" is missing.";
    const json::object* properties = object_in(schema, "properties");
    const json::value* others = schema.if_contains("additionalProperties");
    for (const auto& [name, value] : object) {
      const json::value* property = properties ? properties->if_contains(name) : nullptr;
      if (!property && others && others->is_bool() && !others->get_bool())
        return "There is no argument \"" + one_line(front + std::string(name), kShown) + "\"" +
               (properties && !properties->empty() ? "; expected " + names_of(*properties) + "." : ".");
      if (!property && others && others->is_object()) property = others;
      if (!property) continue;
      if (auto w = judge(property->get_object(), value, front + std::string(name))) return w;
    }
    return std::nullopt;
  }

  static std::string names_of(const json::object& properties) {
    json::array names;
    for (const auto& [name, value] : properties) names.emplace_back(name);
    return listed(names);
  }
};

}  // namespace

std::optional<SchemaMistake> mistake_in(const json::value& schema) {
  Path path;
  if (auto found = mistake(schema, path)) return found;
  const json::value* type = schema.get_object().if_contains("type");
  if (!type || *type != "object")
    return SchemaMistake{type ? Path{"type"} : Path{}, "found " + (type ? shown(*type) : std::string("no type")) +
                                                           ", expected type: object at the top"};
  return std::nullopt;
}

std::optional<std::string> misfit(const json::value& schema, const json::value& arguments) {
  return Judge().judge(schema.get_object(), arguments, "");
}

Result<json::object> parse_arguments(std::string_view text) {
  if (text.empty()) return json::object{};
  boost::system::error_code ec;
  json::value value = json::parse(clean_utf8(text), ec);
  if (ec) return Error{Errc::invalid, "The arguments are no JSON, expected a JSON object."};
  if (!value.is_object())
    return Error{Errc::invalid, "The arguments are " + shown(value) + ", expected a JSON object."};
  return std::move(value.get_object());
}

bool same_arguments(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto left = parse_arguments(a), right = parse_arguments(b);
  return left && right && *left == *right;
}

}  // namespace offhook::tools

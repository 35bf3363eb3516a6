#include "standins/fields.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

namespace offhook::standins {
namespace {

constexpr std::size_t longest_shown = 80;

std::string shown(const json::value& value) {
  std::string text = json::serialize(value);
  if (text.size() > longest_shown) text = text.substr(0, longest_shown) + "…";
  return text;
}

std::string between(auto least, auto most) {
  return "a number from " + std::to_string(least) + " to " + std::to_string(most);
}

template <class Number>
std::optional<Number> parsed(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string listed(std::initializer_list<std::string_view> choices) {
  std::string all;
  std::size_t i = 0;
  for (const std::string_view choice : choices) {
    if (i > 0) all += i + 1 == choices.size() ? " or " : ", ";
    all += choice;
    ++i;
  }
  return all;
}

std::optional<json::object> parse_object(std::string_view text, Problem& problem) {
  boost::system::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  if (error)
    problem.found("not JSON: " + error.message());
  else if (!value.is_object())
    problem.found("expected a JSON object, found " + shown(value));
  else
    return std::move(value.get_object());
  return std::nullopt;
}

bool Fields::has(std::string_view name) const {
  const json::value* value = object_.if_contains(name);
  return value && !value->is_null();
}

const json::value* Fields::take(std::string_view name, Need need) {
  known_.emplace(name);
  const json::value* value = object_.if_contains(name);
  if (value && !value->is_null()) return value;
  if (need == Need::required) problem_.found(where_ + ": \"" + std::string(name) + "\" is missing");
  return nullptr;
}

void Fields::wrong(std::string_view name, std::string_view expected) {
  const json::value* value = object_.if_contains(name);
  problem_.found(where_ + ": \"" + std::string(name) + "\": found " + (value ? shown(*value) : "nothing") +
                 ", expected " + std::string(expected));
}

const json::value* Fields::any(std::string_view name) {
  return take(name, Need::optional);
}

std::string Fields::text(std::string_view name, Need need) {
  const json::value* value = take(name, need);
  if (!value) return {};
  if (const json::string* text = value->if_string()) return {text->data(), text->size()};
  wrong(name, "text");
  return {};
}

std::optional<std::int64_t> Fields::whole(std::string_view name, std::int64_t least, std::int64_t most) {
  const json::value* value = take(name, Need::optional);
  if (!value) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->is_number() ? value->to_number<std::int64_t>(error) : std::int64_t{};
  if (value->is_number() && !error && number >= least && number <= most) return number;
  wrong(name, "a whole " + between(least, most).substr(2));
  return std::nullopt;
}

std::optional<double> Fields::number(std::string_view name, double least, double most) {
  const json::value* value = take(name, Need::optional);
  if (!value) return std::nullopt;
  if (value->is_number()) {
    const double number = value->to_number<double>();
    if (number >= least && number <= most) return number;
  }
  wrong(name, between(least, most));
  return std::nullopt;
}

std::optional<bool> Fields::flag(std::string_view name) {
  const json::value* value = take(name, Need::optional);
  if (!value) return std::nullopt;
  if (const bool* flag = value->if_bool()) return *flag;
  wrong(name, "true or false");
  return std::nullopt;
}

const json::object* Fields::object(std::string_view name, Need need) {
  const json::value* value = take(name, need);
  if (!value || value->is_object()) return value ? &value->get_object() : nullptr;
  wrong(name, "an object");
  return nullptr;
}

const json::array* Fields::array(std::string_view name, Need need) {
  const json::value* value = take(name, need);
  if (!value || value->is_array()) return value ? &value->get_array() : nullptr;
  wrong(name, "a list");
  return nullptr;
}

std::string Fields::choice(std::string_view name, std::initializer_list<std::string_view> choices, Need need) {
  std::string found = text(name, need);
  if (has(name) && std::find(choices.begin(), choices.end(), found) == choices.end()) wrong(name, listed(choices));
  return found;
}

void Fields::ignore(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) known_.emplace(name);
}

void Fields::end() {
  for (const auto& item : object_)
    if (!known_.contains(std::string_view(item.key())))
      problem_.found(where_ + ": unknown field \"" + std::string(item.key()) + "\"");
}

bool Query::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const auto& field) { return field.first == name; });
}

const std::string* Query::take(std::string_view name, Need need) {
  known_.emplace(name);
  const std::string* value = nullptr;
  for (const auto& field : fields_) {
    if (field.first != name) continue;
    if (value) problem_.found(where_ + ": \"" + std::string(name) + "\" comes twice");
    value = &field.second;
  }
  if (!value && need == Need::required) problem_.found(where_ + ": \"" + std::string(name) + "\" is missing");
  return value;
}

void Query::wrong(std::string_view name, std::string_view expected) {
  const auto field = std::find_if(fields_.begin(), fields_.end(), [&](const auto& f) { return f.first == name; });
  problem_.found(where_ + ": \"" + std::string(name) + "\": found " +
                 (field == fields_.end() ? "nothing" : "\"" + field->second.substr(0, longest_shown) + "\"") +
                 ", expected " + std::string(expected));
}

std::string Query::text(std::string_view name, Need need) {
  const std::string* value = take(name, need);
  if (value && value->empty()) wrong(name, "a value");
  return value ? *value : std::string();
}

std::optional<std::int64_t> Query::whole(std::string_view name, std::int64_t least, std::int64_t most) {
  const std::string* value = take(name, Need::optional);
  if (!value) return std::nullopt;
  const auto number = parsed<std::int64_t>(*value);
  if (number && *number >= least && *number <= most) return number;
  wrong(name, "a whole " + between(least, most).substr(2));
  return std::nullopt;
}

std::optional<double> Query::number(std::string_view name, double least, double most) {
  const std::string* value = take(name, Need::optional);
  if (!value) return std::nullopt;
  const auto number = parsed<double>(*value);
  if (number && *number >= least && *number <= most) return number;
  wrong(name, between(least, most));
  return std::nullopt;
}

std::optional<bool> Query::flag(std::string_view name) {
  const std::string* value = take(name, Need::optional);
  if (!value) return std::nullopt;
  if (*value == "true" || *value == "false") return *value == "true";
  wrong(name, "true or false");
  return std::nullopt;
}

std::string Query::choice(std::string_view name, std::initializer_list<std::string_view> choices, Need need) {
  const std::string* value = take(name, need);
  if (!value) return {};
  if (std::find(choices.begin(), choices.end(), *value) == choices.end()) wrong(name, listed(choices));
  return *value;
}

std::vector<std::string> Query::all(std::string_view name) {
  known_.emplace(name);
  std::vector<std::string> values;
  for (const auto& field : fields_)
    if (field.first == name) values.push_back(field.second);
  return values;
}

void Query::ignore(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) known_.emplace(name);
}

void Query::end() {
  for (const auto& field : fields_)
    if (!known_.contains(field.first)) problem_.found(where_ + ": unknown parameter \"" + field.first + "\"");
}

}  // namespace offhook::standins

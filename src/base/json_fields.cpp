#include "base/json_fields.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/utf8.hpp"

namespace offhook {
namespace {

constexpr std::size_t kLongestWords = 200;

}  // namespace

std::optional<json::object> parse_object(std::string_view text) {
  boost::system::error_code ec;
  json::value value = json::parse(text, ec);
  if (ec || !value.is_object()) return {};
  return std::move(value.get_object());
}

Result<json::object> read_message(std::string_view text) {
  boost::system::error_code ec;
  json::value value = json::parse(text, ec, {}, lenient());
  if (ec || !value.is_object())
    return Error{Errc::invalid, "a message of " + std::to_string(text.size()) +
                                    " bytes is no JSON object: " + service_words(text.substr(0, 80))};
  return std::move(value.get_object());
}

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

bool flag_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  return v && v->is_bool() && v->get_bool();
}

std::optional<double> number_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  if (!v || !v->is_number()) return {};
  return number_or(v, 0);
}

std::optional<Duration> seconds_in(const json::object& from, std::string_view key) {
  const auto seconds = number_in(from, key);
  if (!seconds || !(*seconds >= 0 && *seconds <= 1e6)) return {};
  return Duration(static_cast<Duration::rep>(*seconds * 1e6 + 0.5));
}

std::int64_t whole_in(const json::object& from, std::string_view key, std::int64_t otherwise) {
  const json::value* v = from.if_contains(key);
  return v && v->is_int64() ? v->get_int64() : otherwise;
}

int count_in(const json::object& from, std::string_view key, int otherwise) {
  return static_cast<int>(std::clamp<std::int64_t>(whole_in(from, key, otherwise), 0, std::numeric_limits<int>::max()));
}

double number_or(const json::value* value, double otherwise) {
  if (!value) return otherwise;
  if (value->is_double()) return value->get_double();
  if (value->is_int64()) return static_cast<double>(value->get_int64());
  if (value->is_uint64()) return static_cast<double>(value->get_uint64());
  return otherwise;
}

// {"message":…}, {"error":"…"}, {"error":{"message":…}}, {"detail":{"message":…}}, {"err_msg":…} and mixtures of them.
std::string service_words(const json::object& from) {
  const json::object* error = object_in(from, "error");
  const json::object* detail = object_in(from, "detail");
  for (const json::object* place : {error, detail, &from}) {
    if (!place) continue;
    for (const std::string_view key : {"message", "error", "description", "detail", "err_msg", "title", "code"})
      if (const std::string_view text = text_in(*place, key); !text.empty()) return one_line(text, kLongestWords);
  }
  return {};
}

std::string service_words(std::string_view body) {
  boost::system::error_code ec;
  const json::value value = json::parse(body, ec, {}, lenient());
  const json::object* top = ec ? nullptr : value.if_object();
  const std::string words = top ? service_words(*top) : std::string();
  return words.empty() ? one_line(body, kLongestWords) : words;
}

}  // namespace offhook

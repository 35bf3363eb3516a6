#include "tools/http_request.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "base/json_fields.hpp"
#include "net/url.hpp"

namespace offhook::tools {
namespace {

constexpr std::size_t kLongestUrl = 8000;  // what servers commonly take

bool sends_body(const std::string& method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

bool of_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// `text` with each {name} replaced; braces around anything else stay.
std::string filled(std::string_view text, const std::function<std::string(std::string_view name)>& value) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == text.npos) break;
    const std::size_t close = text.find('}', open);
    const auto name = text.substr(open + 1, close == text.npos ? 0 : close - open - 1);
    if (name.empty() || !std::ranges::all_of(name, of_a_name)) {
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

// Where path and query begin, in "https://host:1/path?query".
std::size_t path_at(std::string_view url) {
  const std::size_t scheme = url.find("://");
  return scheme == url.npos ? url.size() : std::min(url.find_first_of("/?#", scheme + 3), url.size());
}

// The text of a placeholder: a text as it is, anything else as JSON.
std::string text_of(const json::object& arguments, std::string_view name) {
  const json::value* value = arguments.if_contains(name);
  if (!value || value->is_null()) return "";
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::string percent_encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (of_a_name(c) || c == '.' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

void collect(const json::value& body, std::vector<std::string>& names) {
  if (body.is_string())
    for (auto& name : placeholders(body.get_string())) names.push_back(std::move(name));
  if (body.is_array())
    for (const auto& item : body.get_array()) collect(item, names);
  if (body.is_object())
    for (const auto& [key, item] : body.get_object()) collect(item, names);
}

// Nothing: the argument that it stands for was not given.
std::optional<json::value> filled_in(const json::value& body, const json::object& arguments) {
  if (body.is_string()) {
    const std::string_view text = body.get_string();
    const auto names = placeholders(text);
    if (names.size() == 1 && text.size() == names[0].size() + 2) {
      const json::value* value = arguments.if_contains(names[0]);
      return value ? std::optional(*value) : std::nullopt;
    }
    return json::value(filled(text, [&](std::string_view name) { return text_of(arguments, name); }));
  }
  if (body.is_array()) {
    json::array out;
    for (const auto& item : body.get_array())
      if (auto value = filled_in(item, arguments)) out.push_back(std::move(*value));
    return out;
  }
  if (body.is_object()) {
    json::object out;
    for (const auto& [key, item] : body.get_object())
      if (auto value = filled_in(item, arguments)) out[key] = std::move(*value);
    return out;
  }
  return body;
}

}  // namespace

std::optional<HttpMistake> mistake_in(const Http& http, const json::value& schema) {
  const std::size_t path = path_at(http.url);
  if (!placeholders(http.url.substr(0, path)).empty())
    return HttpMistake{"url",
                       "found a placeholder in the host, expected it behind: a model must not choose where to "
                       "send"};
  const std::string sample = filled(http.url, [](std::string_view) { return "x"; });
  const auto url = net::parse_url(sample);
  if (!url) return HttpMistake{"url", url.error().what};
  if (url->scheme != "http" && url->scheme != "https")
    return HttpMistake{"url", "found " + url->scheme + ", expected http or https"};
  if (std::ranges::any_of(sample, [](char c) { return c <= ' ' || c >= 0x7F || c == '{' || c == '}'; }))
    return HttpMistake{"url", "found a blank, a brace or a letter that no URL holds; write it percent-encoded"};

  for (const auto& [name, value] : http.headers)
    if (!net::fits_header(name, value))
      return HttpMistake{"headers", "found a name or value that HTTP does not allow in \"" + name + "\""};
  const json::object* properties = object_in(schema.get_object(), "properties");
  const auto known = [&](const std::string& name) { return properties && properties->contains(name); };
  const auto unknown = [](const std::string& name) {
    return "found the placeholder {" + name + "}, expected one of the parameters' properties";
  };
  const std::size_t query = std::min(http.url.find('?'), http.url.size());
  for (const std::string& name : placeholders(http.url))
    if (!known(name)) return HttpMistake{"url", unknown(name)};
  for (const std::string& name : placeholders(http.url.substr(0, query))) {
    const json::array& required = array_in(schema.get_object(), "required");
    if (std::ranges::find(required, json::value(name)) == required.end())
      return HttpMistake{"url", "found {" + name + "} in the path, expected it among the required parameters"};
  }
  if (http.body.empty()) return std::nullopt;
  if (!sends_body(http.method)) return HttpMistake{"body", "found a body, but " + http.method + " sends none"};
  std::vector<std::string> names;
  collect(json::parse(http.body), names);
  for (const std::string& name : names)
    if (!known(name)) return HttpMistake{"body", unknown(name)};
  return std::nullopt;
}

Result<net::HttpCall> request_of(const Http& http, const json::object& arguments) {
  net::HttpCall call;
  call.method = http.method;
  call.headers = http.headers;
  const std::size_t query = std::min(http.url.find('?'), http.url.size());
  const auto in_path = placeholders(http.url.substr(0, query));
  for (const std::string& name : in_path) {  // a path that means another place
    const std::string text = text_of(arguments, name);
    if (text.empty() || text == "." || text == "..")
      return Error{Errc::invalid, "The argument \"" + name + "\" is \"" + text + "\", expected some text."};
  }
  std::set<std::string, std::less<>> used;
  call.url = filled(http.url, [&](std::string_view name) {
    used.emplace(name);
    return percent_encoded(text_of(arguments, name));
  });
  if (sends_body(http.method)) {
    json::object rest;
    for (const auto& [name, value] : arguments)
      if (!used.contains(std::string_view(name))) rest[name] = value;
    const json::value body = http.body.empty() ? json::value(std::move(rest))
                                               : filled_in(json::parse(http.body), arguments).value_or(nullptr);
    call.body = json::serialize(body);
    if (net::find_header(call.headers, "Content-Type").empty())
      call.headers.emplace_back("Content-Type", "application/json");
  } else {
    char divider = call.url.find('?') == call.url.npos ? '?' : '&';
    for (const auto& [name, value] : arguments) {
      if (used.contains(std::string_view(name)) || value.is_null()) continue;
      call.url += std::exchange(divider, '&') + percent_encoded(name) + "=" + percent_encoded(text_of(arguments, name));
    }
  }
  if (net::find_header(call.headers, "Accept").empty())
    call.headers.emplace_back("Accept", "application/json, text/plain;q=0.9");
  if (call.url.size() > kLongestUrl) return Error{Errc::invalid, "The arguments are too long, expected shorter ones."};
  return call;
}

}  // namespace offhook::tools

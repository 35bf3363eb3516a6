#include "tools/http_request.hpp"

#include <algorithm>
#include <set>

#include "base/json_fields.hpp"
#include "net/url.hpp"
#include "tools/placeholders.hpp"

namespace offhook::tools {
namespace {

constexpr std::size_t kLongestUrl = 8000;  // what servers commonly take

bool sends_body(const std::string& method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

// Where path and query begin, in "https://host:1/path?query".
std::size_t path_at(std::string_view url) {
  const std::size_t scheme = url.find("://");
  return scheme == url.npos ? url.size() : std::min(url.find_first_of("/?#", scheme + 3), url.size());
}

std::string percent_encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_name_letter(c) || c == '.' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
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
  if (std::ranges::any_of(sample, [](char c) {
        return c <= ' ' || c >= 0x7F || std::string_view("{}<>\"").find(c) != std::string_view::npos;
      }))
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
  for (const std::string& name : placeholders_in(json::parse(http.body)))
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

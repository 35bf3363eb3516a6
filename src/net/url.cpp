#include "net/url.hpp"

#include <algorithm>
#include <charconv>

namespace offhook::net {

namespace {

std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" || scheme == "wss" ? 443 : 80;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// Names, also with '_' as inside container networks, IPv4 and, in brackets, IPv6 with a zone.
bool good_host(std::string_view host, bool in_brackets) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           (in_brackets && (c == ':' || c == '%'));
  });
}

bool good_target(std::string_view target) {
  return std::all_of(target.begin(), target.end(),
                     [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

// What stands before '@' or behind '?' may be a secret: no error repeats it.
std::string without_secrets(std::string_view text) {
  text = text.substr(0, text.find_first_of("?#"));
  const std::size_t at = text.rfind('@');
  std::string shown = at == std::string_view::npos ? std::string(text) : "…" + std::string(text.substr(at));
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return shown.substr(0, 200);
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return Error{Errc::invalid, "reading the URL \"" + without_secrets(text) + "\": " + std::string(why)};
  };
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return wrong("expected scheme://host[:port][/path]");
  Url url;
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https" && url.scheme != "ws" && url.scheme != "wss")
    return wrong("the scheme must be http, https, ws or wss");

  std::string_view rest = text.substr(colon + 3);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  rest = rest.substr(0, rest.find('#'));
  if (authority.find('@') != std::string_view::npos) return wrong("credentials belong into a header, not into the URL");

  const bool in_brackets = authority.starts_with('[');
  const std::size_t end = in_brackets ? authority.find(']') : authority.find(':');
  if (in_brackets && end == std::string_view::npos) return wrong("the ']' behind the IPv6 address is missing");
  url.host = lower(in_brackets ? authority.substr(1, end - 1) : authority.substr(0, end));
  if (!good_host(url.host, in_brackets)) return wrong("\"" + url.host.substr(0, 100) + "\" is no host name or address");

  url.port = default_port(url.scheme);
  std::string_view port = authority.substr(std::min(authority.size(), in_brackets ? end + 1 : end));
  if (!port.empty()) {
    const auto [stop, error] = std::from_chars(port.data() + 1, port.data() + port.size(), url.port);
    if (port.front() != ':' || error != std::errc() || stop != port.data() + port.size() || url.port == 0)
      return wrong("the port must be a number from 1 to 65535");
  }
  if (!good_target(rest)) return wrong("path and query must not hold spaces or controls; escape them as %20");
  if (!rest.empty()) url.target = rest.front() == '?' ? "/" + std::string(rest) : std::string(rest);
  return url;
}

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != default_port(scheme)) text += ":" + std::to_string(port);
  return text;
}

std::string Url::shown() const {
  return scheme + "://" + authority() + target.substr(0, target.find('?'));
}

}  // namespace offhook::net

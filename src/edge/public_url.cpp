#include "edge/public_url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace offhook::edge {
namespace {

using Address = std::array<std::uint8_t, 16>;
constexpr int mapped_bits = 96;  // of the prefix ::ffff:0:0 before an IPv4 address

std::optional<Address> parse_address(std::string_view text) {
  const std::string zoneless(text.substr(0, text.find('%')));
  Address out{};
  if (inet_pton(AF_INET6, zoneless.c_str(), out.data()) == 1) return out;
  out[10] = out[11] = 0xFF;
  if (inet_pton(AF_INET, zoneless.c_str(), out.data() + 12) == 1) return out;
  return std::nullopt;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == text.npos ? std::string_view() : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The last header of this name: a proxy that adds one adds it behind the client's.
std::string_view last_header(const net::HttpRequest& request, std::string_view name) {
  for (auto it = request.headers.rbegin(); it != request.headers.rend(); ++it)
    if (lower(it->first) == name) return it->second;
  return {};
}

// The last element of a list that has no quoted commas.
std::string_view last_element(std::string_view list) {
  const auto comma = list.rfind(',');
  return trimmed(comma == list.npos ? list : list.substr(comma + 1));
}

struct Said {
  std::string proto, host;
};

// RFC 7239, section 4: elements by comma, pairs by semicolon, values a token or a quoted string.
Said read_forwarded(std::string_view header) {
  Said last;
  while (!header.empty()) {
    const auto equals = header.find_first_of("=,;");
    if (equals == header.npos) break;
    const std::string name = lower(trimmed(header.substr(0, equals)));
    const char stop = header[equals];
    header.remove_prefix(equals + 1);
    if (stop == ',') last = {};
    if (stop != '=') continue;
    std::string value;
    if (header.starts_with('"')) {
      header.remove_prefix(1);
      while (!header.empty() && header[0] != '"') {
        if (header[0] == '\\' && header.size() > 1) header.remove_prefix(1);
        value += header[0];
        header.remove_prefix(1);
      }
      header.remove_prefix(std::min<std::size_t>(1, header.size()));
    }
    const auto end = std::min(header.find_first_of(",;"), header.size());
    value += trimmed(header.substr(0, end));
    if (name == "proto") last.proto = value;
    if (name == "host") last.host = value;
    const bool next = end < header.size() && header[end] == ',';
    header.remove_prefix(std::min(end + 1, header.size()));
    if (next) last = {};
  }
  return last;
}

// RFC 3986 host and port, without what could lead elsewhere: no credentials, path, blanks or escapes.
bool is_authority(std::string_view text) {
  if (text.size() > 255) return false;
  std::string_view host = text, port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) return false;
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (host.find(':') == host.npos || !parse_address(host) || host.find('%') != host.npos) return false;
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    host = text.substr(0, colon);
    port = text.substr(colon);
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
             c == '_';
    };
    if (host.empty() || !std::ranges::all_of(host, fits)) return false;
  }
  if (port.empty()) return true;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
  return port[0] == ':' && error == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65535;
}

}  // namespace

Result<Cidr> Cidr::parse(std::string_view text) {
  const auto wrong = [&] {
    return Error{Errc::invalid, "reading a network: expected an address such as 10.0.0.0/8 or 2001:db8::/32, found \"" +
                                    std::string(text) + "\""};
  };
  const auto slash = text.find('/');
  const std::string_view literal = text.substr(0, slash);
  const auto address = parse_address(literal);
  if (!address || literal.find('%') != literal.npos) return wrong();
  const bool v4 = literal.find(':') == literal.npos;
  Cidr out;
  if (slash != text.npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.bits_);
    if (error != std::errc() || end != digits.data() + digits.size() || out.bits_ < 0 || out.bits_ > (v4 ? 32 : 128))
      return wrong();
    if (v4) out.bits_ += mapped_bits;
  }
  out.network_ = *address;
  return out;
}

bool Cidr::contains(std::string_view address) const {
  const auto other = parse_address(address);
  if (!other) return false;
  const auto whole = static_cast<std::size_t>(bits_ / 8);
  if (!std::equal(network_.begin(), network_.begin() + static_cast<std::ptrdiff_t>(whole), other->begin()))
    return false;
  const int rest = bits_ % 8;
  return rest == 0 || (network_[whole] ^ (*other)[whole]) >> (8 - rest) == 0;
}

Result<std::string> parse_public_url(std::string_view text) {
  const auto wrong = [&](std::string_view expected) {
    return Error{Errc::invalid,
                 "reading public_url: expected " + std::string(expected) + ", found \"" + std::string(text) + "\""};
  };
  const auto colon = text.find("://");
  const std::string scheme = lower(text.substr(0, colon == text.npos ? 0 : colon));
  if (scheme != "https" && scheme != "http")
    return wrong("https:// or http:// and a host, such as https://voice.example.com");
  const std::string_view rest = text.substr(colon + 3);
  const auto slash = std::min(rest.find('/'), rest.size());
  if (!is_authority(rest.substr(0, slash))) return wrong("a host and perhaps a port behind " + scheme + "://");
  std::string_view path = rest.substr(slash);
  const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
  if (path.find_first_of("?#") != path.npos || !std::ranges::all_of(path, printable))
    return wrong("no query, fragment or blank");
  while (path.ends_with('/')) path.remove_suffix(1);
  return scheme + "://" + std::string(rest.substr(0, slash)) + std::string(path);
}

Result<std::string> public_base(const net::HttpRequest& request, const PublicUrlOptions& options) {
  if (!options.public_url.empty()) return parse_public_url(options.public_url);
  std::string proto = request.tls ? "https" : "http";
  std::string host(trimmed(last_header(request, "host")));
  const bool trusted =
      std::ranges::any_of(options.trusted_proxies, [&](const Cidr& c) { return c.contains(request.peer); });
  if (trusted) {
    Said said = read_forwarded(last_header(request, "forwarded"));
    if (const auto x = last_element(last_header(request, "x-forwarded-proto")); !x.empty()) said.proto = x;
    if (const auto x = last_element(last_header(request, "x-forwarded-host")); !x.empty()) said.host = x;
    if (!said.proto.empty()) proto = lower(said.proto);
    if (!said.host.empty()) host = said.host;
  }
  if (proto == "wss") proto = "https";
  if (proto == "ws") proto = "http";
  const auto wrong = [](std::string_view what, const std::string& found, std::string_view expected) {
    return Error{Errc::invalid, "finding this server's public URL: " + std::string(what) + " is \"" + found +
                                    "\", expected " + std::string(expected) + "; set public_url"};
  };
  if (proto != "https" && proto != "http") return wrong("the forwarded protocol", proto, "https or http");
  if (!is_authority(host)) return wrong("the request's host", host, "a name and perhaps a port");
  return proto + "://" + host;
}

std::string http_url(std::string_view base, std::string_view target) {
  return std::string(base) + std::string(target);
}

std::string socket_url(std::string_view base, std::string_view target) {
  return "ws" + std::string(base.starts_with("http") ? base.substr(4) : base) + std::string(target);
}

}  // namespace offhook::edge

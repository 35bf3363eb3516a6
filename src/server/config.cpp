#include "server/config.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "server/prices.hpp"

namespace offhook::server {
namespace {

std::string home(const Environment& environment) {
  const auto set = environment("HOME");
  return set && !set->empty() ? *set : ".";
}

void read_path(Fields& fields, std::string_view key, std::string& path, const Environment& environment) {
  fields.text(key, path, {.least = 1, .most = 4096});
  if (path.starts_with("~/"))
    path = home(environment) + path.substr(1);
  else if (path.starts_with('~'))
    fields.complain(key, "found ~ with a name, expected ~/ or a path from /");
}

void read_listen(Fields& root, ServerConfig& out) {
  std::string listen = out.host + ":" + std::to_string(out.port);
  root.text("listen", listen, {.least = 1, .most = 300});
  const auto found = parse_host_port(listen);
  if (!found) return root.complain("listen", found.error().what);
  out.host = found->host;
  out.port = found->port;
}

void read_proxies(Fields& root, std::vector<edge::Cidr>& out) {
  std::vector<std::string> found;
  root.texts("trusted_proxies", found, 100);
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto cidr = edge::Cidr::parse(found[i]);
    if (cidr)
      out.push_back(*cidr);
    else
      root.complain("trusted_proxies", i, cidr.error().what);
  }
}

void read_public_url(Fields& root, std::string& out) {
  std::string found;
  root.text("public_url", found, {.least = 1, .most = 2000});
  if (found.empty()) return;
  if (found.find('@') != found.npos)  // told without it, as it may be a password
    return root.complain("public_url",
                         "found an @, expected a URL without user or password such as https://voice.example.com");
  auto url = edge::parse_public_url(found);
  if (url)
    out = *url;
  else
    root.complain("public_url", url.error().what);
}

void read_tls(Fields tls, ServerConfig& out, const Environment& environment) {
  read_path(tls, "certificate", out.tls_certificate, environment);
  read_path(tls, "key", out.tls_key, environment);
  if (tls.has("certificate") != tls.has("key"))
    tls.complain(
        "", std::string("expected ") + (tls.has("key") ? "certificate" : "key") + " as well: both name a PEM file");
}

void read_admission(Fields admission, AdmissionSettings& out) {
  admission.duration("lateness", out.lateness, 0s, 1s);
  admission.duration("age", out.age, 0s, 1min);
  admission.number("recovered", out.recovered, 0, 1);
  admission.integer("ramp", out.ramp, 0, 100'000);
}

void read_price_file(Fields root, telemetry::Prices& prices, const Environment& environment) {
  std::string path;
  read_path(root, "prices", path, environment);
  if (path.empty()) return;
  auto read = read_prices(path);
  if (read)
    prices = std::move(*read);
  else
    root.complain("prices", read.error().what);
}

Result<ServerConfig> checked(const yaml::Document& document, const Environment& environment) {
  ServerConfig out = default_config(environment);
  Reader reader(document, environment);
  Fields root = reader.root();
  read_listen(root, out);
  read_public_url(root, out.public_url);
  read_proxies(root, out.trusted_proxies);
  root.secret("auth_token", out.auth_token);
  read_path(root, "data_dir", out.data_dir, environment);
  read_path(root, "cache_dir", out.cache_dir, environment);
  root.integer("max_calls", out.admission.max_calls, 0, 100'000);
  read_admission(root.map("admission"), out.admission);
  root.duration("drain", out.drain, 0s, 1h);
  read_price_file(root, out.prices, environment);
  read_tls(root.map("tls"), out, environment);
  using log::Level;
  root.choice<Level>("log_level", out.log_level,
                     {{"trace", Level::trace},
                      {"debug", Level::debug},
                      {"info", Level::info},
                      {"warn", Level::warn},
                      {"error", Level::error},
                      {"off", Level::off}});
  if (auto finished = reader.finish(); !finished) return finished.error();
  return out;
}

bool is_address(const std::string& host, int family) {
  unsigned char bytes[16];
  return inet_pton(family, host.substr(0, host.find('%')).c_str(), bytes) == 1;
}

bool is_host(std::string_view host) {
  return host.size() <= 253 && std::ranges::all_of(host, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_';
         });
}

}  // namespace

ServerConfig default_config(const Environment& environment) {
  ServerConfig out;
  out.prices = bundled_prices();
  out.data_dir = home(environment) + "/.local/share/offhook";
  const auto cache = environment("OFFHOOK_CACHE");
  out.cache_dir = cache && !cache->empty() ? *cache : home(environment) + "/.cache/offhook";
  return out;
}

Result<ServerConfig> parse_config(std::string_view text, const std::string& name, const Environment& environment) {
  const auto document = yaml::parse(text, name);
  if (!document) return document.error();
  return checked(*document, environment);
}

Result<ServerConfig> read_config(const std::string& path, const Environment& environment) {
  const auto document = yaml::read(path);
  if (!document) return document.error();
  return checked(*document, environment);
}

Result<HostPort> parse_host_port(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return Error{Errc::invalid, "found " + log::quoted(text.substr(0, 100)) +
                                    ", expected HOST:PORT such as 127.0.0.1:8080 or [::1]:8080: " + std::string(why)};
  };
  const auto colon = text.rfind(':');
  if (colon == text.npos) return wrong("the port is missing");
  const std::string_view digits = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);
  HostPort out;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  if (error != std::errc() || end != digits.data() + digits.size())
    return wrong("the port is a number from 0 to 65535");
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || !is_address(std::string(host.substr(1, host.size() - 2)), AF_INET6))
      return wrong("between the brackets belongs an IPv6 address");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    return wrong("an IPv6 address stands in brackets");
  } else if (!is_host(host)) {
    return wrong("this is no name or address of a host");
  } else if (host.find_first_not_of("0123456789.") == host.npos && !host.empty() &&
             !is_address(std::string(host), AF_INET)) {
    return wrong("an IPv4 address has four numbers from 0 to 255");
  }
  out.host = host.empty() ? "0.0.0.0" : std::string(host);
  return out;
}

}  // namespace offhook::server

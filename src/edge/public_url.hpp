// Under which URL the world sees this server: for signatures, and for the stream URL in an answer. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/http.hpp"

namespace offhook::edge {

// "10.0.0.0/8", "2001:db8::/32", or one address. IPv4 inside IPv6 (::ffff:10.0.0.1) is the IPv4 address.
class Cidr {
 public:
  static Result<Cidr> parse(std::string_view text);
  bool contains(std::string_view address) const;  // numeric, a zone ("%eth0") is ignored; false if it is no address

 private:
  std::array<std::uint8_t, 16> network_{};  // IPv4 as ::ffff:a.b.c.d
  int bits_ = 128;
};

struct PublicUrlOptions {
  std::string public_url;             // "https://voice.example.com/base"; wins over everything if set
  std::vector<Cidr> trusted_proxies;  // whose X-Forwarded-* and Forwarded (RFC 7239) we believe
};

// Checks what an operator wrote: http or https, a host, no query. Returned without a trailing slash.
Result<std::string> parse_public_url(std::string_view text);

// "https://host[:port][/prefix]", no trailing slash, of the request's server as its client sees it: public_url if set;
// else what a trusted peer says was asked of it; else the Host header and our own socket. Of a list of forwarded values
// the last is taken, the one written by the proxy that we trust: those before it came in from outside.
Result<std::string> public_base(const net::HttpRequest& request, const PublicUrlOptions& options);

// The base and a target as one URL, and the same for a WebSocket (https becomes wss, http ws).
std::string http_url(std::string_view base, std::string_view target);
std::string socket_url(std::string_view base, std::string_view target);

}  // namespace offhook::edge

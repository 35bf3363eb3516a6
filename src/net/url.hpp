// The four kinds of URL that a client here can open: http, https, ws and wss (RFC 3986).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::net {

struct Url {
  std::string scheme;        // "http", "https", "ws" or "wss"
  std::string host;          // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;    // the scheme's, unless named
  std::string target = "/";  // path and query as they stand in the URL; a fragment is dropped

  bool tls() const { return scheme == "https" || scheme == "wss"; }
  std::string authority() const;  // as in the Host header: the port only if it is not the scheme's
  std::string shown() const;      // for errors and logs: without the query, which may hold a key
};

// Credentials in the URL are an error: they belong into a header, where no log shows them.
Result<Url> parse_url(std::string_view text);

}  // namespace offhook::net

// What is the server's and not an agent's: `offhook serve --config FILE`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "edge/public_url.hpp"
#include "server/admission.hpp"
#include "server/fields.hpp"
#include "telemetry/costs.hpp"

namespace offhook::server {

struct ServerConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;                // 0: any free one
  std::string public_url;                   // as edge::parse_public_url returns it; empty: from the request
  std::vector<edge::Cidr> trusted_proxies;  // whose forwarded headers are believed
  std::string auth_token;                   // empty: nothing is asked for, no signature is checked
  std::string data_dir;                     // event logs; never empty once read
  std::string cache_dir;                    // models and libraries; never empty once read
  AdmissionSettings admission;              // its max_calls is the key max_calls
  Duration drain = 60s;                     // how long calls may go on after SIGTERM or a takeover
  std::string tls_certificate, tls_key;     // PEM files; both empty: plain
  log::Level log_level = log::Level::info;
  telemetry::Prices prices;  // the bundled ones, or those of the file that is named
};

// Everything at its default; directories come from the environment (HOME, OFFHOOK_CACHE).
ServerConfig default_config(const Environment& environment = process_environment());

// Errors as in agent_file.hpp. Relative paths are the working directory's, "~/" is HOME.
Result<ServerConfig> read_config(const std::string& path, const Environment& environment = process_environment());
Result<ServerConfig> parse_config(std::string_view text, const std::string& name,
                                  const Environment& environment = process_environment());

struct HostPort {
  std::string host;  // without the brackets of an IPv6 address
  std::uint16_t port = 0;
};
// "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080" (all addresses); port 0 is any free one.
Result<HostPort> parse_host_port(std::string_view text);

}  // namespace offhook::server

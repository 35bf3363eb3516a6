// Where a tool's request may go: to public addresses, and to what its definition lists. Judged by the address that is
// connected to, never by its name alone: a name may resolve to anything.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace offhook::tools {

class AddressPolicy {
 public:
  AddressPolicy() = default;  // public addresses only
  // Entries: "crm.internal" (whatever that name resolves to), "127.0.0.1", "10.0.0.0/8", "fd00::/8". Errc::invalid says
  // which is none of these.
  static Result<AddressPolicy> parse(const std::vector<std::string>& allowed);

  // `host`: as it stands in the URL, in small letters; `address`: as numbers. What is no address is not admitted.
  bool admits(std::string_view host, std::string_view address) const;

 private:
  struct Network {
    std::array<std::uint8_t, 16> prefix{};
    int bits = 0;
  };
  std::vector<std::string> hosts_;
  std::vector<Network> networks_;
};

// Not this machine, its network, a special purpose or a multicast group (RFC 6890 and IANA's registries of it); an IPv4
// address inside an IPv6 one is judged as what it is.
bool is_public(std::string_view address);

}  // namespace offhook::tools

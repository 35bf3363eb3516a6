#include "tools/address_policy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace offhook::tools {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr int kMapped = 96;  // bits of ::ffff:0:0/96: all addresses are held as IPv6

std::optional<Bytes> parse_address(std::string_view text) {
  const std::string bare(text.substr(0, text.find('%')));  // without the zone of fe80::1%eth0
  Bytes bytes{};
  if (inet_pton(AF_INET6, bare.c_str(), bytes.data()) == 1) return bytes;
  bytes[10] = bytes[11] = 0xFF;
  if (inet_pton(AF_INET, bare.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

bool begins_with(const Bytes& address, const Bytes& prefix, int bits) {
  const auto whole = static_cast<std::ptrdiff_t>(bits / 8);
  if (!std::equal(prefix.begin(), prefix.begin() + whole, address.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((address[bits / 8] ^ prefix[bits / 8]) >> (8 - rest)) == 0;
}

struct Range {
  const char* prefix;
  int bits;
};

bool in(const Bytes& address, Range range) {
  return begins_with(address, *parse_address(range.prefix), range.bits);
}

constexpr Range kPrivateV4[] = {
    {"0.0.0.0", 8},                                               // this network
    {"10.0.0.0", 8},                                              // private
    {"100.64.0.0", 10},                                           // a carrier's
    {"127.0.0.0", 8},                                             // this machine
    {"169.254.0.0", 16},                                          // link-local; a cloud's metadata
    {"172.16.0.0", 12},                                           // private
    {"192.0.0.0", 24},                                            // protocols
    {"192.0.2.0", 24},                                            // documentation
    {"192.88.99.0", 24},                                          // 6to4 relays
    {"192.168.0.0", 16},                                          // private
    {"198.18.0.0", 15},                                           // benchmarks
    {"198.51.100.0", 24}, {"203.0.113.0", 24}, {"224.0.0.0", 3},  // multicast, reserved, broadcast
};
// Of 2000::/3, outside of which nothing is public.
constexpr Range kPrivateV6[] = {
    {"2001::", 23},  // protocols: Teredo holds an IPv4 address
    {"2001:db8::", 32},
    {"2002::", 16},  // 6to4 holds one too
    {"3fff::", 20},
};

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

}  // namespace

Result<AddressPolicy> AddressPolicy::parse(const std::vector<std::string>& allowed) {
  AddressPolicy policy;
  for (const std::string& entry : allowed) {
    const std::size_t slash = entry.find('/');
    const std::string_view front = std::string_view(entry).substr(0, slash);
    const auto address = parse_address(front);
    const int most = front.find(':') == front.npos ? 32 : 128;
    int bits = most;
    bool fits = slash == entry.npos || address.has_value();
    if (slash != entry.npos) {
      const char* end = entry.data() + entry.size();
      const auto [stopped, error] = std::from_chars(entry.data() + slash + 1, end, bits);
      fits = fits && error == std::errc() && stopped == end && bits >= 0 && bits <= most;
    }
    if (fits && address) {
      policy.networks_.push_back({*address, most == 32 ? bits + kMapped : bits});
    } else if (fits && is_host_name(entry) && !std::ranges::all_of(entry, [](char c) { return c == '.' || c < 'A'; })) {
      policy.hosts_.push_back(entry);
    } else {
      return Error{Errc::invalid, "found \"" + entry +
                                      "\", expected the name of a host in small letters, an address or a network such "
                                      "as 10.0.0.0/8"};
    }
  }
  return policy;
}

bool AddressPolicy::admits(std::string_view host, std::string_view address) const {
  const auto bytes = parse_address(address);
  if (!bytes) return false;
  return is_public(address) || std::ranges::find(hosts_, host) != hosts_.end() ||
         std::ranges::any_of(networks_, [&](const Network& n) { return begins_with(*bytes, n.prefix, n.bits); });
}

bool is_public(std::string_view text) {
  auto address = parse_address(text);
  if (!address) return false;
  if (in(*address, {"64:ff9b::", 96})) {  // NAT64: what lies behind it
    Bytes inner = *parse_address("0.0.0.0");
    std::copy(address->begin() + 12, address->end(), inner.begin() + 12);
    address = inner;
  }
  const auto holds = [&](Range range) {
    const bool v4 = std::string_view(range.prefix).find(':') == std::string_view::npos;
    return in(*address, {range.prefix, v4 ? range.bits + kMapped : range.bits});
  };
  if (holds({"0.0.0.0", 0})) return std::ranges::none_of(kPrivateV4, holds);
  return holds({"2000::", 3}) && std::ranges::none_of(kPrivateV6, holds);
}

}  // namespace offhook::tools

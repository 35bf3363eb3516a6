#include "edge/public_url.hpp"

#include <gtest/gtest.h>

namespace offhook::edge {
namespace {

Cidr cidr(std::string_view text) {
  return Cidr::parse(text).value();
}

net::HttpRequest request(std::string peer, net::Headers headers) {
  net::HttpRequest r;
  r.peer = std::move(peer);
  r.headers = std::move(headers);
  return r;
}

std::string base(const net::HttpRequest& r, std::vector<Cidr> trusted = {}) {
  const auto found = public_base(r, {"", std::move(trusted)});
  return found ? *found : "error";
}

TEST(Cidr, contains_its_network_and_nothing_else) {
  EXPECT_TRUE(cidr("10.0.0.0/8").contains("10.255.0.1"));
  EXPECT_FALSE(cidr("10.0.0.0/8").contains("11.0.0.1"));
  EXPECT_TRUE(cidr("172.16.0.0/12").contains("172.31.255.255"));
  EXPECT_FALSE(cidr("172.16.0.0/12").contains("172.32.0.0"));
  EXPECT_TRUE(cidr("192.0.2.7").contains("192.0.2.7"));
  EXPECT_FALSE(cidr("192.0.2.7").contains("192.0.2.6"));
  EXPECT_TRUE(cidr("0.0.0.0/0").contains("8.8.8.8"));
  EXPECT_FALSE(cidr("0.0.0.0/0").contains("2001:db8::1"));
  EXPECT_TRUE(cidr("2001:db8::/33").contains("2001:db8:7fff::1"));
  EXPECT_FALSE(cidr("2001:db8::/33").contains("2001:db8:8000::1"));
  EXPECT_TRUE(cidr("fe80::/10").contains("fe80::1%eth0"));
  EXPECT_TRUE(cidr("::1").contains("::1"));
  EXPECT_TRUE(cidr("::/0").contains("1.2.3.4"));
}

TEST(Cidr, a_mapped_ipv4_address_is_that_address) {
  EXPECT_TRUE(cidr("10.0.0.0/8").contains("::ffff:10.1.2.3"));
  EXPECT_TRUE(cidr("::ffff:10.0.0.0/104").contains("10.1.2.3"));
}

TEST(Cidr, host_bits_are_ignored) {
  EXPECT_TRUE(cidr("10.1.2.3/8").contains("10.9.9.9"));
}

TEST(Cidr, refuses_what_is_none) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8", "::/129",
                           "fe80::%eth0/10", "example.com", "10.0.0.0/8/8", "0x0a.0.0.0/8"})
    EXPECT_FALSE(Cidr::parse(text)) << text;
  EXPECT_FALSE(cidr("0.0.0.0/0").contains("not an address"));
  EXPECT_FALSE(cidr("0.0.0.0/0").contains(""));
}

TEST(PublicUrl, what_is_configured_wins) {
  auto r = request("10.0.0.1", {{"Host", "inside"}, {"X-Forwarded-Host", "evil.example"}});
  EXPECT_EQ(*public_base(r, {"https://voice.example.com/base/", {cidr("10.0.0.0/8")}}),
            "https://voice.example.com/base");
}

TEST(PublicUrl, forwarded_headers_count_only_from_a_trusted_proxy) {
  const net::Headers headers = {
      {"Host", "inside:8080"}, {"x-forwarded-proto", "https"}, {"X-Forwarded-Host", "voice.example.com"}};
  EXPECT_EQ(base(request("10.0.0.1", headers), {cidr("192.0.2.0/24"), cidr("10.0.0.0/8")}),
            "https://voice.example.com");
  EXPECT_EQ(base(request("203.0.113.9", headers), {cidr("10.0.0.0/8")}), "http://inside:8080");
  EXPECT_EQ(base(request("10.0.0.1", headers)), "http://inside:8080");
}

TEST(PublicUrl, of_several_values_the_trusted_proxys_own_counts) {
  const std::vector<Cidr> trusted = {cidr("10.0.0.0/8")};
  EXPECT_EQ(
      base(request("10.0.0.1", {{"Host", "h"}, {"X-Forwarded-Host", "evil.example, voice.example.com"}}), trusted),
      "http://voice.example.com");
  EXPECT_EQ(base(request("10.0.0.1", {{"X-Forwarded-Host", "evil.example"}, {"X-Forwarded-Host", "voice.example.com"}}),
                 trusted),
            "http://voice.example.com");
  EXPECT_EQ(
      base(request("10.0.0.1", {{"Forwarded", "host=evil.example;proto=http, host=voice.example.com;proto=https"}}),
           trusted),
      "https://voice.example.com");
  EXPECT_EQ(base(request("10.0.0.1", {{"Host", "h"}, {"Forwarded", "host=evil.example, for=192.0.2.1"}}), trusted),
            "http://h");
}

TEST(PublicUrl, reads_the_standard_forwarded_header) {
  const std::vector<Cidr> trusted = {cidr("::1")};
  for (const char* value : {"for=192.0.2.60;proto=https;by=203.0.113.43;host=\"voice.example.com:8443\"",
                            "Host=voice.example.com:8443; Proto=HTTPS",
                            "for=\"_a,b;host=x\"; host=\"voice\\.example.com:8443\" ;proto=https"})
    EXPECT_EQ(base(request("::1", {{"Host", "h"}, {"Forwarded", value}}), trusted), "https://voice.example.com:8443")
        << value;
  for (const char* value : {"", "=", ";;,", "host", "host=\"", ",,=,=;"})
    EXPECT_EQ(base(request("::1", {{"Host", "h"}, {"Forwarded", value}}), trusted), "http://h") << value;
}

TEST(PublicUrl, falls_back_to_the_host_header_and_our_socket) {
  auto r = request("203.0.113.9", {{"host", "voice.example.com"}});
  EXPECT_EQ(base(r), "http://voice.example.com");
  r.tls = true;
  EXPECT_EQ(base(r), "https://voice.example.com");
  EXPECT_EQ(base(request("::1", {{"Host", "[2001:db8::1]:8080"}})), "http://[2001:db8::1]:8080");
}

TEST(PublicUrl, a_host_that_could_lead_elsewhere_is_an_error) {
  for (const char* host : {"", "a/b", "user@host", "a b", "host:", "host:0", "host:65536", "host:80x", "a\"b", "[::1",
                           "[host]", "a?b", "a#b", "<x>", "host:80:80", "a%20b"})
    EXPECT_EQ(base(request("::1", {{"Host", host}})), "error") << host;
  EXPECT_EQ(base(request("::1", {})), "error");
  EXPECT_EQ(base(request("::1", {{"Host", "h"}, {"Forwarded", "host=\"\\"}}), {cidr("::1")}), "error");
  EXPECT_EQ(base(request("::1", {{"Host", "h"}, {"X-Forwarded-Proto", "gopher"}}), {cidr("::1")}), "error");
}

TEST(PublicUrl, refuses_a_configured_url_that_cannot_work) {
  for (const char* text : {"", "voice.example.com", "wss://voice.example.com", "https://", "https:///x",
                           "https://h?x=1", "https://h/#f", "https://h/a b", "https://user@h"})
    EXPECT_FALSE(parse_public_url(text)) << text;
  EXPECT_EQ(*parse_public_url("HTTPS://h:8443//"), "https://h:8443");
}

TEST(PublicUrl, a_socket_keeps_everything_but_the_scheme) {
  EXPECT_EQ(http_url("https://h/base", "/phone/answer?x=%20"), "https://h/base/phone/answer?x=%20");
  EXPECT_EQ(socket_url("https://h/base", "/phone"), "wss://h/base/phone");
  EXPECT_EQ(socket_url("http://h:8080", "/phone"), "ws://h:8080/phone");
}

}  // namespace
}  // namespace offhook::edge

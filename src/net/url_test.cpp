#include "net/url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::net {
namespace {

Url good(std::string_view text) {
  auto url = parse_url(text);
  EXPECT_TRUE(url.ok()) << url.error().what;
  return url.ok() ? *url : Url{};
}

std::string complaint(std::string_view text) {
  const auto url = parse_url(text);
  EXPECT_FALSE(url.ok()) << text;
  if (url.ok()) return {};
  EXPECT_EQ(url.error().code, Errc::invalid);
  return url.error().what;
}

TEST(Url, takes_a_url_apart) {
  const Url url = good("https://api.example.com/v1/chat?model=a%20b&x=1#part");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "api.example.com");
  EXPECT_EQ(url.port, 443);
  EXPECT_EQ(url.target, "/v1/chat?model=a%20b&x=1");
  EXPECT_TRUE(url.tls());
  EXPECT_EQ(url.authority(), "api.example.com");
}

TEST(Url, scheme_and_host_lose_their_case_and_the_path_keeps_it) {
  const Url url = good("WSS://Api.Example.COM:8443/Path");
  EXPECT_EQ(url.scheme, "wss");
  EXPECT_EQ(url.authority(), "api.example.com:8443");
  EXPECT_EQ(url.target, "/Path");
}

TEST(Url, without_a_path_the_target_is_the_root) {
  EXPECT_EQ(good("http://localhost").target, "/");
  EXPECT_EQ(good("ws://localhost:9?a=1").target, "/?a=1");
  EXPECT_EQ(good("http://localhost#x").target, "/");
  EXPECT_EQ(good("http://localhost").port, 80);
  EXPECT_FALSE(good("ws://localhost").tls());
}

TEST(Url, an_ipv6_address_stands_in_brackets) {
  const Url url = good("http://[::1]:8080/");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 8080);
  EXPECT_EQ(url.authority(), "[::1]:8080");
  EXPECT_EQ(good("http://[fe80::1]").port, 80);
}

TEST(Url, the_port_of_the_scheme_is_not_part_of_the_authority) {
  EXPECT_EQ(good("http://a:80/").authority(), "a");
  EXPECT_EQ(good("http://a:443/").authority(), "a:443");
}

TEST(Url, says_what_is_wrong) {
  EXPECT_NE(complaint("localhost:8000/v1").find("scheme://"), std::string::npos);
  EXPECT_NE(complaint("ftp://host/").find("http, https, ws or wss"), std::string::npos);
  EXPECT_NE(complaint("http://host:99999/").find("1 to 65535"), std::string::npos);
  EXPECT_NE(complaint("http://host:/").find("1 to 65535"), std::string::npos);
  EXPECT_NE(complaint("http://host:0/").find("1 to 65535"), std::string::npos);
  EXPECT_NE(complaint("http://host:8x/").find("1 to 65535"), std::string::npos);
  EXPECT_NE(complaint("http://[::1/").find("']'"), std::string::npos);
  EXPECT_NE(complaint("http://[::1]8/").find("1 to 65535"), std::string::npos);
  EXPECT_NE(complaint("http:///path").find("no host"), std::string::npos);
  EXPECT_NE(complaint("http://ho st/").find("no host"), std::string::npos);
  EXPECT_NE(complaint("http://host/a b").find("%20"), std::string::npos);
  EXPECT_NE(complaint("http://host/a\r\nX: y").find("%20"), std::string::npos);
}

TEST(Url, a_secret_never_shows) {
  EXPECT_EQ(complaint("http://user:hunter2@host/").find("hunter2"), std::string::npos);
  EXPECT_EQ(complaint("http://host:x/?key=hunter2").find("hunter2"), std::string::npos);
  EXPECT_EQ(good("https://host/v1?key=hunter2").shown(), "https://host/v1");
}

}  // namespace
}  // namespace offhook::net

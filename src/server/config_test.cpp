#include "server/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using ::testing::HasSubstr;

Environment environment(std::map<std::string, std::string> values) {
  return [values](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}
const Environment usual = environment({{"HOME", "/home/anna"}, {"TOKEN", "f00d"}});

std::string wrong(const std::string& text) {
  const auto config = parse_config(text, "f", usual);
  EXPECT_FALSE(config) << text;
  return config ? "" : config.error().what;
}

TEST(Config, an_empty_file_is_every_default) {
  for (const char* text : {"", "# nothing\n", "tls:\n"}) {
    const auto config = parse_config(text, "f", usual);
    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->host, "127.0.0.1");
    EXPECT_EQ(config->port, 8080);
    EXPECT_EQ(config->data_dir, "/home/anna/.local/share/offhook");
    EXPECT_EQ(config->cache_dir, "/home/anna/.cache/offhook");
    EXPECT_EQ(config->drain, Duration(60s));
    EXPECT_EQ(config->admission.max_calls, 0);
    EXPECT_EQ(config->admission.lateness, Duration(10ms));
    EXPECT_EQ(config->admission.age, Duration(250ms));
    EXPECT_EQ(config->admission.recovered, 0.5);
    EXPECT_EQ(config->admission.ramp, 60);
    EXPECT_EQ(config->auth_token, "");
    EXPECT_EQ(config->log_level, log::Level::info);
  }
  EXPECT_EQ(default_config(environment({{"OFFHOOK_CACHE", "/c"}})).cache_dir, "/c");
}

TEST(Config, each_key_is_read) {
  const auto config = parse_config(R"(
listen: "[::1]:9000"
public_url: https://voice.example.com/base/
trusted_proxies: [10.0.0.0/8, "2001:db8::/32"]
auth_token: { env: TOKEN }
data_dir: ~/calls
cache_dir: /var/cache/offhook
max_calls: 120
admission: { lateness: 5ms, age: 1s, recovered: 0.8, ramp: 50 }
drain: 2m
tls: { certificate: /etc/tls/cert.pem, key: ~/key.pem }
log_level: debug
)",
                                   "f", usual);
  ASSERT_TRUE(config) << config.error().what;
  EXPECT_EQ(config->host, "::1");
  EXPECT_EQ(config->port, 9000);
  EXPECT_EQ(config->public_url, "https://voice.example.com/base");
  ASSERT_EQ(config->trusted_proxies.size(), 2u);
  EXPECT_TRUE(config->trusted_proxies[0].contains("10.1.2.3"));
  EXPECT_EQ(config->auth_token, "f00d");
  EXPECT_EQ(config->data_dir, "/home/anna/calls");
  EXPECT_EQ(config->cache_dir, "/var/cache/offhook");
  EXPECT_EQ(config->admission.max_calls, 120);
  EXPECT_EQ(config->admission.lateness, Duration(5ms));
  EXPECT_EQ(config->admission.age, Duration(1s));
  EXPECT_EQ(config->admission.recovered, 0.8);
  EXPECT_EQ(config->admission.ramp, 50);
  EXPECT_EQ(config->drain, Duration(2min));
  EXPECT_EQ(config->tls_certificate, "/etc/tls/cert.pem");
  EXPECT_EQ(config->tls_key, "/home/anna/key.pem");
  EXPECT_EQ(config->log_level, log::Level::debug);
}

TEST(Config, json_is_yaml) {
  const auto config = parse_config("data_dir: \"/a \\\"b\\\" ä\"\ncache_dir: \"\\u002fc\"\n", "f", usual);
  ASSERT_TRUE(config) << config.error().what;
  EXPECT_EQ(config->data_dir, "/a \"b\" ä");
  EXPECT_EQ(config->cache_dir, "/c");
}

TEST(Config, a_mistake_is_told_with_its_place) {
  EXPECT_THAT(wrong("listen: 8080"),
              AllOf(HasSubstr("f:1:9: listen: found 8080, expected HOST:PORT"), HasSubstr("port is missing")));
  EXPECT_THAT(wrong("trusted_proxies: [10.0.0.0/8, nonsense]"), HasSubstr("f:1:31: trusted_proxies[1]: "));
  EXPECT_THAT(wrong("public_url: ftp://x"), HasSubstr("f:1:13: public_url: "));
  EXPECT_THAT(wrong("tls: { key: /k }"), HasSubstr("expected certificate as well"));
  EXPECT_THAT(wrong("tls: { certificate: /c }"), HasSubstr("expected key as well"));
  EXPECT_THAT(wrong("data_dir: ~bob/calls"), HasSubstr("expected ~/"));
  EXPECT_THAT(wrong("data_dir: ''"), HasSubstr("empty"));
  EXPECT_THAT(wrong("drain: 60"), HasSubstr("a duration with its unit"));
  EXPECT_THAT(wrong("admission: { lateness: 10 }"), HasSubstr("a duration with its unit"));
  EXPECT_THAT(wrong("admission: { recovered: 2 }"), HasSubstr("admission.recovered"));
  EXPECT_THAT(wrong("max_call: 3"), HasSubstr("did you mean max_calls?"));
  EXPECT_THAT(wrong("log_level: loud"), HasSubstr("trace, debug, info, warn, error or off"));
}

TEST(Config, every_error_is_one_line) {
  EXPECT_EQ(wrong("public_url: \"htt\\nps\\e://x\"").find_first_of("\n\x1b"), std::string::npos);
}

TEST(Config, no_secret_stands_in_an_error) {
  for (const char* text : {"auth_token: SE CRET", "auth_token: [SECRET]", "auth_tokn: SECRET",
                           "public_url: https://me:SECRET@example.com", "auth_token: { env: secret-SECRET }"})
    EXPECT_EQ(wrong(text).find("SECRET"), std::string::npos) << wrong(text);
}

TEST(HostPort, names_addresses_and_brackets) {
  const auto is = [](std::string_view text, const std::string& host, int port) {
    const auto found = parse_host_port(text);
    ASSERT_TRUE(found) << found.error().what;
    EXPECT_EQ(found->host, host);
    EXPECT_EQ(found->port, port);
  };
  is("127.0.0.1:8080", "127.0.0.1", 8080);
  is("[::1]:8080", "::1", 8080);
  is("[::]:0", "::", 0);
  is("[fe80::1%eth0]:80", "fe80::1%eth0", 80);
  is("localhost:65535", "localhost", 65535);
  is(":8080", "0.0.0.0", 8080);
}

TEST(HostPort, anything_else_is_an_error_of_one_line) {
  for (const char* text : {"",      ":",      "8080",     "a:",       "a:65536",      "a:-1",    "a:+1",
                           "a: 1",  "a:1 ",   "::1:8080", "[::1]",    "[::1:80",      "::1]:80", "[a]:80",
                           "[]:80", "a b:80", "a/b:80",   "1.2.3:80", "1.2.3.400:80", "a\nb:80", "http://a:80"}) {
    const auto found = parse_host_port(text);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().what.find('\n'), std::string::npos) << text;
    EXPECT_THAT(found.error().what, HasSubstr("expected HOST:PORT"));
  }
}

}  // namespace
}  // namespace offhook::server

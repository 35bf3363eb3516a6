#include "tools/address_policy.hpp"

#include <gtest/gtest.h>

namespace offhook::tools {
namespace {

TEST(AddressPolicy, only_public_addresses_are_public) {
  for (const char* address : {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1",
                              "169.253.1.1", "11.0.0.1", "192.0.1.1", "198.20.0.1", "223.255.255.255",
                              "2606:4700:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2400::1"})
    EXPECT_TRUE(is_public(address)) << address;
  for (const char* address : {"127.0.0.1",
                              "127.255.255.254",
                              "0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.168.0.1",
                              "192.88.99.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.7",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "::ffff:169.254.169.254",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "64:ff9b::a9fe:a9fe",
                              "64:ff9b:1::1",
                              "fc00::1",
                              "fd00:ec2::254",
                              "fe80::1",
                              "fe80::1%eth0",
                              "fec0::1",
                              "ff02::1",
                              "2001::1",
                              "2001:db8::1",
                              "2002:7f00:1::1",
                              "3fff::1",
                              "100::1",
                              "5f00::1"})
    EXPECT_FALSE(is_public(address)) << address;
}

TEST(AddressPolicy, what_is_no_address_is_not_admitted) {
  for (const char* text : {"", "localhost", "127.1", "0x7f000001", "2130706433", "1.2.3.4.5", ":::", "8.8.8.8 ", "%"}) {
    EXPECT_FALSE(is_public(text)) << text;
    EXPECT_FALSE(AddressPolicy().admits("crm.internal", text)) << text;
  }
}

TEST(AddressPolicy, what_is_listed_is_admitted_and_nothing_beside_it) {
  const auto policy = AddressPolicy::parse({"10.1.0.0/16", "127.0.0.1", "fd12::/16", "crm.internal", "192.168.4.0/23"});
  ASSERT_TRUE(policy) << policy.error().what;
  for (const char* address : {"10.1.2.3", "127.0.0.1", "fd12::7", "::ffff:10.1.9.9", "192.168.5.255", "8.8.8.8"})
    EXPECT_TRUE(policy->admits("api.example", address)) << address;
  for (const char* address : {"10.2.0.1", "127.0.0.2", "fd13::7", "192.168.6.0", "192.168.3.255", "169.254.169.254"})
    EXPECT_FALSE(policy->admits("api.example", address)) << address;
  EXPECT_TRUE(policy->admits("crm.internal", "10.2.0.1"));
  EXPECT_FALSE(policy->admits("evil.crm.internal", "10.2.0.1"));
}

TEST(AddressPolicy, an_entry_that_is_none_is_named) {
  for (const char* entry : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "fd00::/129", "crm/8", "Crm", "10.0.0",
                            "http://crm", "*.crm", "10.0.0.0/8 ", "a b"}) {
    const auto policy = AddressPolicy::parse({entry});
    ASSERT_FALSE(policy) << entry;
    EXPECT_NE(policy.error().what.find("found \"" + std::string(entry) + "\""), std::string::npos);
  }
}

}  // namespace
}  // namespace offhook::tools

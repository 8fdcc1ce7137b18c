// Listen addresses and CIDR blocks.
#include <gtest/gtest.h>

#include "base/cidr.hpp"
#include "base/listen_address.hpp"

namespace signal_hub {
namespace {

TEST(ListenAddress, Forms) {
  const auto v4 = parse_listen_address("127.0.0.1:8787");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->host, "127.0.0.1");
  EXPECT_EQ(v4->port, 8787);
  EXPECT_TRUE(v4->is_loopback());
  const auto v6 = parse_listen_address("[::1]:0");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->kind, ListenAddress::Kind::ipv6);
  EXPECT_TRUE(v6->is_loopback());
  EXPECT_EQ(parse_listen_address("localhost:1")->host, "127.0.0.1");
  EXPECT_FALSE(parse_listen_address("0.0.0.0:1")->is_loopback());
  EXPECT_FALSE(parse_listen_address("[::]:1")->is_loopback());
  EXPECT_TRUE(parse_listen_address("unix:/run/hub.sock")->is_loopback());
}

TEST(ListenAddress, WhatIsWrongIsNamed) {
  for (const char* text : {"", "8787", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                           "example.org:80", "[nonsense]:80", "[::1]", "unix:", "1.2.3.4.5:80"}) {
    const auto address = parse_listen_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_NE(address.error().find(text), std::string::npos);
  }
}

TEST(Cidr, ContainsItsAddressesOnly) {
  const auto ten = Cidr::parse("10.1.0.0/16");
  ASSERT_TRUE(ten);
  EXPECT_TRUE(ten->contains("10.1.255.255"));
  EXPECT_FALSE(ten->contains("10.2.0.0"));
  EXPECT_TRUE(ten->contains("::ffff:10.1.2.3"));
  const auto odd = Cidr::parse("192.168.0.128/25");
  EXPECT_TRUE(odd->contains("192.168.0.200"));
  EXPECT_FALSE(odd->contains("192.168.0.100"));
  EXPECT_TRUE(Cidr::parse("0.0.0.0/0")->contains("8.8.8.8"));
  EXPECT_FALSE(Cidr::parse("0.0.0.0/0")->contains("2001:db8::1"));
  EXPECT_TRUE(Cidr::parse("2001:db8::/32")->contains("2001:db8:1::1"));
  EXPECT_TRUE(Cidr::parse("127.0.0.1")->contains("127.0.0.1"));
  EXPECT_FALSE(Cidr::parse("127.0.0.1")->contains("nonsense"));
}

TEST(Cidr, RefusesNonsense) {
  for (const char* text : {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "10/8"}) {
    EXPECT_FALSE(Cidr::parse(text)) << text;
  }
}

}  // namespace
}  // namespace signal_hub

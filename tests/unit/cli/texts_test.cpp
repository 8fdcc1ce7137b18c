#include "cli/texts.hpp"

#include <gtest/gtest.h>

#include "cli/message.hpp"
#include "cli/url.hpp"

namespace signal_hub::cli {
namespace {

TEST(OneLine, WhiteSpaceBetweenTokensGoesAndNothingElse) {
  EXPECT_EQ(one_line("{ \"a\" :\n\t[ 1.10 ,\r\n 2e5 ]\n}\n"), R"({"a":[1.10,2e5]})");
  EXPECT_EQ(one_line(R"({"a b":"c  d\n\te"})"), R"({"a b":"c  d\n\te"})");
}

TEST(OneLine, QuotesAndBackslashesInStringsAreSeenThrough) {
  EXPECT_EQ(one_line(R"({"a":"\" , " , "b":1})"), R"({"a":"\" , ","b":1})");
  EXPECT_EQ(one_line(R"({"a":"\\" , "b":1})"), R"({"a":"\\","b":1})");
  EXPECT_EQ(one_line(R"({"a":"\\\" , " , "b":1})"), R"({"a":"\\\" , ","b":1})");
}

TEST(Count, IsAWholeDecimalNumber) {
  EXPECT_EQ(parse_count("0"), 0U);
  EXPECT_EQ(parse_count("010"), 10U);
  EXPECT_EQ(parse_count("18446744073709551615"), UINT64_MAX);
  for (const char* text :
       {"", " 1", "1 ", "-1", "+1", "0x10", "1.5", "1e3", "ten", "18446744073709551616"}) {
    EXPECT_FALSE(parse_count(text)) << text;
  }
}

TEST(Seconds, MayHaveAFractionAndAreAtMostADay) {
  EXPECT_EQ(parse_seconds("10"), 10s);
  EXPECT_EQ(parse_seconds("0.25"), 250ms);
  EXPECT_EQ(parse_seconds("0"), 0ms);
  EXPECT_EQ(parse_seconds("86400"), 24h);
  for (const char* text : {"", "-1", "-0.001", "86400.1", "1e300", "1e999", "nan", "inf", "-inf",
                           "10s", "0x10", " 1"}) {
    EXPECT_FALSE(parse_seconds(text)) << text;
  }
}

TEST(Seconds, AShortTimeIsNotNoLimit) { EXPECT_EQ(parse_seconds("0.000001"), 1ms); }

TEST(Url, PartsAreFound) {
  const auto plain = parse_hub_url("ws://hub.example:8787/ws?x=1");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->host, "hub.example");
  EXPECT_EQ(plain->port, 8787);
  EXPECT_EQ(plain->path, "/ws?x=1");
  EXPECT_FALSE(plain->tls);
  EXPECT_EQ(plain->authority(), "hub.example:8787");
}

TEST(Url, WhatIsLeftOutHasItsDefault) {
  const auto plain = parse_hub_url("ws://hub.example");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->port, 80);
  EXPECT_EQ(plain->path, "/");
  EXPECT_EQ(plain->authority(), "hub.example");
  const auto tls = parse_hub_url("WSS://hub.example?x");
  ASSERT_TRUE(tls.ok());
  EXPECT_TRUE(tls->tls);
  EXPECT_EQ(tls->port, 443);
  EXPECT_EQ(tls->path, "/?x");
  EXPECT_EQ(tls->authority(), "hub.example");
  EXPECT_EQ(parse_hub_url("ws://hub.example:443")->authority(), "hub.example:443");
}

TEST(Url, Ipv6HostsAreInBrackets) {
  const auto url = parse_hub_url("ws://[::1]:8787/ws");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8787);
  EXPECT_EQ(url->authority(), "[::1]:8787");
  EXPECT_EQ(parse_hub_url("ws://[::1]/ws")->authority(), "[::1]");
}

TEST(Url, AUnixSocketIsNamedAsTheHubsLogNamesIt) {
  const auto url = parse_hub_url("unix:/run/hub.sock");
  ASSERT_TRUE(url.ok());
  EXPECT_TRUE(url->unix_socket);
  EXPECT_EQ(url->host, "/run/hub.sock");
  EXPECT_EQ(url->path, "/ws");
  EXPECT_EQ(url->authority(), "localhost");
}

TEST(Url, WhatIsNoneIsRefusedWithASentenceThatNamesIt) {
  for (const std::string text :
       {"", "hub.example", "http://hub.example", "ws:/hub", "ws://", "ws:///ws",
        "unix:", "ws://hub:0/ws", "ws://hub:65536/ws", "ws://hub:99999999999/ws", "ws://hub:/ws",
        "ws://hub:-1/ws", "ws://hub:80x/ws", "ws://[::1/ws:", "ws://[::1]x/ws", "ws://u@hub/ws",
        "ws://hub/w s", "ws://hub/ws\r\nX: y", "ws://hub/ws#top"}) {
    const auto url = parse_hub_url(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_NE(url.error().find("\"" + text + "\""), std::string::npos) << url.error();
    EXPECT_NE(url.error().find("ws://HOST:PORT/PATH"), std::string::npos) << url.error();
  }
}

TEST(Message, IsReadWhateverItsNumbersAndStringsAre) {
  const Message message(R"({"type":"t","payload":{"n":1e999,"s":"\ud800"},"metadata":{}})");
  EXPECT_EQ(message.field("type"), "t");
  EXPECT_EQ(message.payload().raw(), R"({"n":1e999,"s":"\ud800"})");
  EXPECT_FALSE(message.error());
}

TEST(Message, AnythingElseHasNoFields) {
  for (const char* text : {"", "[]", "7", "{", "\xff", R"({"type":7})"}) {
    const Message message{std::string(text)};
    EXPECT_EQ(message.field("type"), "") << text;
    EXPECT_TRUE(message.payload().is_null()) << text;
    EXPECT_FALSE(message.error()) << text;
  }
}

TEST(Message, AnErrorIsSaidWithItsResolution) {
  const Message message(
      R"({"type":"hub:error","payload":{"message":"No.","resolution":"Yes.","retryable":false}})");
  EXPECT_EQ(message.error(), "hub:error: No. Yes.");
}

TEST(Address, ParenthesesMayBeLeftOut) {
  EXPECT_EQ(canonical_address("a/b"), "@(a/b)");
  EXPECT_EQ(canonical_address("@(a/b)"), "@(a/b)");
}

}  // namespace
}  // namespace signal_hub::cli

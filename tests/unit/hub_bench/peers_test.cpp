#include <gtest/gtest.h>

#include "peers/mqtt.hpp"
#include "peers/nats.hpp"
#include "peers/redis.hpp"
#include "peers/socketio.hpp"

namespace hub_bench {
namespace {

using enum Dialect::Kind;
using namespace std::string_literals;
using namespace std::string_view_literals;

/// Every shorter part of `bytes` is partial, all of it one event that takes it all.
Dialect::Event whole_event(const Dialect& dialect, std::string_view bytes) {
  for (std::size_t part = 0; part < bytes.size(); ++part) {
    EXPECT_EQ(dialect.next(bytes.substr(0, part)).kind, partial) << part;
  }
  const Dialect::Event event = dialect.next(bytes);
  EXPECT_EQ(event.size, bytes.size());
  return event;
}

TEST(Peers, MqttMessagesComeOutOfTheirPackets) {
  const Mqtt mqtt;
  for (const std::size_t size : {1, 120, 130, 20'000}) {
    const std::string payload(size, 'x');
    // A publication has the same form in both directions.
    const std::string bytes = mqtt.publish("topic", payload);
    const auto event = mqtt.next(bytes);
    EXPECT_EQ(event.kind, message);
    EXPECT_EQ(event.payload, payload);
    EXPECT_EQ(event.size, bytes.size());
    EXPECT_EQ(mqtt.next(std::string_view(bytes).substr(0, bytes.size() - 1)).kind, partial);
  }
}

TEST(Peers, MqttPacketsAreThoseOfTheSpecification) {
  const Mqtt mqtt;
  EXPECT_EQ(mqtt.hello(), "\x10\x0c\0\x04MQTT\x04\x02\0\0\0\0"s);
  EXPECT_EQ(mqtt.subscribe("a/b"),
            "\x82\x08\0\x01\0\x03"
            "a/b\0"s);
  EXPECT_EQ(mqtt.fence(), "\xc0\0"s);
  EXPECT_EQ(whole_event(mqtt, "\x20\x02\0\0"sv).kind, ack);
  EXPECT_EQ(whole_event(mqtt, "\x90\x03\0\x01\0"sv).kind, ack);
  EXPECT_EQ(whole_event(mqtt, "\xd0\0"sv).kind, ack);
  EXPECT_EQ(mqtt.next("\x20\x02\0\x05"sv).kind, broken);
  EXPECT_EQ(mqtt.next("\x30\xff\xff\xff\xff\x01"sv).kind, broken);
}

TEST(Peers, NatsSpeaksInLines) {
  const Nats nats;
  EXPECT_EQ(nats.publish("t", "hello"), "PUB t 5\r\nhello\r\n");
  const auto event = whole_event(nats, "MSG t 1 7\r\nhe\r\nllo\r\n");
  EXPECT_EQ(event.kind, message);
  EXPECT_EQ(event.payload, "he\r\nllo");
  EXPECT_EQ(whole_event(nats, "PONG\r\n").kind, ack);
  EXPECT_EQ(whole_event(nats, "PING\r\n").kind, ping);
  EXPECT_EQ(whole_event(nats, "INFO {}\r\n").kind, other);
  EXPECT_EQ(nats.next("-ERR 'Stale Connection'\r\n").kind, broken);
  EXPECT_EQ(nats.next("MSG t 1 x\r\n").kind, broken);
}

TEST(Peers, RedisSpeaksResp) {
  const Redis redis;
  EXPECT_EQ(redis.publish("t", "hello"), "*3\r\n$7\r\nPUBLISH\r\n$1\r\nt\r\n$5\r\nhello\r\n");
  const auto event = whole_event(redis, "*3\r\n$7\r\nmessage\r\n$1\r\nt\r\n$5\r\nhe\r\no\r\n");
  EXPECT_EQ(event.kind, message);
  EXPECT_EQ(event.payload, "he\r\no");
  EXPECT_EQ(whole_event(redis, "*3\r\n$9\r\nsubscribe\r\n$1\r\nt\r\n:1\r\n").kind, ack);
  EXPECT_EQ(whole_event(redis, "*2\r\n$4\r\npong\r\n$0\r\n\r\n").kind, ack);
  EXPECT_EQ(whole_event(redis, "+PONG\r\n").kind, ack);
  EXPECT_EQ(whole_event(redis, ":3\r\n").kind, other);
  EXPECT_EQ(redis.next("-DENIED\r\n").kind, broken);
}

TEST(Peers, SocketIoSpeaksInEvents) {
  const SocketIo socketio;
  EXPECT_EQ(socketio.publish("t", R"({"a":1})"), R"(42["publish","t",{"a":1}])");
  const auto event = whole_event(socketio, R"(42["m",{"a":"}\"]","b":[[]]}])");
  EXPECT_EQ(event.kind, message);
  EXPECT_EQ(event.payload, R"(["m",{"a":"}\"]","b":[[]]}])");
  EXPECT_EQ(whole_event(socketio, R"(0{"sid":"x","upgrades":[]})").kind, other);
  EXPECT_EQ(whole_event(socketio, R"(40{"sid":"y"})").kind, ack);
  EXPECT_EQ(whole_event(socketio, R"(42["ok"])").kind, ack);
  EXPECT_EQ(socketio.next("2").kind, ping);
  EXPECT_EQ(socketio.next(R"(44{"message":"no"})").kind, broken);
  EXPECT_EQ(socketio.next("41").kind, partial);
}

}  // namespace
}  // namespace hub_bench

// Requests decoded, answers and forwarded messages encoded. The many wrong fields are tried against
// the built hub; here is what decoding makes of right ones, and the shape of what is written.
#include <gtest/gtest.h>

#include <string>

#include "wire/answers.hpp"
#include "wire/forward.hpp"
#include "wire/json_check.hpp"
#include "wire/requests.hpp"
#include "wire/ws_frame.hpp"

namespace signal_hub::wire {
namespace {

Envelope envelope(std::string_view type, std::string_view payload, std::string_view metadata) {
  Envelope e;
  e.id = "m";
  e.from = "@(a)";
  e.to = "@(hub)";
  e.type = type;
  e.payload = JsonView(payload);
  e.metadata = JsonView(metadata);
  e.timestamp = from_epoch_ms(77);
  return e;
}

template <class T>
T request(std::string_view payload, std::string_view metadata = "{}") {
  auto decoded = decode_request(envelope(T::type, payload, metadata));
  EXPECT_TRUE(decoded) << decoded.error().message;
  return std::get<T>(std::move(*decoded));
}

TEST(Requests, Connect) {
  const auto c = request<Connect>(
      "null",
      R"({"protocolVersion":"0.1.0-rc.1+b","capabilities":["a"],"authToken":"BeArEr x.y"})");
  EXPECT_EQ(c.protocol_version, "0.1.0-rc.1+b");
  EXPECT_EQ(c.auth_token, "x.y");
}

TEST(Requests, HeartbeatEchoesDigits) {
  EXPECT_EQ(request<Heartbeat>(R"({"timestamp":1.50})").timestamp, "1.50");
  EXPECT_EQ(request<Heartbeat>("null").timestamp, "77");
  EXPECT_EQ(request<Heartbeat>("{}").timestamp, "77");
}

TEST(Requests, RegisterSingleAndBulk) {
  const auto one = request<Register>(
      R"j({"actorAddress":"@(a)","capabilities":["x"],"metadata":{"m":1.0},"ttlSeconds":1e30})j");
  ASSERT_EQ(one.actors.size(), 1U);
  EXPECT_FALSE(one.bulk);
  EXPECT_EQ(one.actors[0].item->metadata, R"({"m":1.0})");
  EXPECT_EQ(one.actors[0].item->ttl, 86'400s);
  const auto many = request<Register>(
      R"j({"actors":[{"actorAddress":"@(a)","capabilities":["x"]},{"actorAddress":"b"},3]})j",
      R"({"renewOnHeartbeat":true})");
  ASSERT_EQ(many.actors.size(), 3U);
  EXPECT_TRUE(many.bulk && many.renew_on_heartbeat && many.actors[0].item);
  EXPECT_EQ(many.actors[1].name, "b");
  EXPECT_FALSE(many.actors[1].item);
  EXPECT_FALSE(many.actors[2].item);
}

TEST(Requests, SendKeepsTheDataSlice) {
  const auto s =
      request<Send>(R"j({"type":"t","data": {"n":1.10} ,"to":"@(b)"})j", R"({"requireAck":true})");
  EXPECT_EQ(s.content.data.raw(), R"({"n":1.10})");
  EXPECT_EQ(s.to, "@(b)");
  EXPECT_TRUE(s.require_ack);
  EXPECT_EQ(request<Send>(R"({"type":"t"})").content.data.raw(), "null");
}

TEST(Requests, UnknownTypeAndUnsupported) {
  EXPECT_EQ(decode_request(envelope("hub:x", "{}", "{}")).error().code, ErrorCode::unknown_type);
  const auto since =
      decode_request(envelope("hub:subscribe", R"({"topic":"t","since":{"offset":1}})", "{}"));
  EXPECT_EQ(since.error().code, ErrorCode::unsupported);
  EXPECT_EQ(since.error().details, R"({"field":"payload.since"})");
}

TEST(Requests, TableFollowsTheVariant) {
  EXPECT_EQ(request_types().size(), std::variant_size_v<Request>);
  for (const RequestType& row : request_types()) EXPECT_TRUE(row.name.starts_with("hub:"));
}

template <class Answer>
std::string payload(const Answer& answer) {
  std::string text;
  JsonWriter out(text);
  write_payload(out, answer);
  EXPECT_EQ(check_grammar(text), JsonVerdict::valid) << text;
  return text;
}

TEST(Answers, ErrorsHaveTheCommonPart) {
  const Error error{ErrorCode::queue_full, "full", {}, R"({"n":1})"};
  EXPECT_EQ(payload(ErrorAnswer{error}), R"({"code":"queue_full","message":"full","resolution":")" +
                                             std::string(info(ErrorCode::queue_full).resolution) +
                                             R"(","retryable":true,"details":{"n":1}})");
  EXPECT_EQ(type_of(ErrorAnswer{error}), "hub:error");
  const Error unknown{ErrorCode::unknown_actor, "m", "r", {}};
  ErrorAnswer a{unknown};
  a.address = "@(\"x\")";
  EXPECT_EQ(payload(a), R"({"code":"unknown_actor","message":"m","resolution":"r",)"
                        R"j("retryable":false,"details":{},"actorAddress":"@(\"x\")"})j");
  EXPECT_EQ(type_of(a), "hub:unknown_actor");
}

TEST(Answers, ManySubscriptionsAreCounted) {
  const std::vector<std::string_view> topics(101, "t");
  Registered r{"@(a)", from_epoch_ms(5), "tok", 3, true, topics};
  EXPECT_NE(payload(r).find(R"("subscriptionCount":101)"), std::string::npos);
  r.subscriptions = std::span(topics).first(1);
  EXPECT_NE(payload(r).find(R"("subscriptions":["t"])"), std::string::npos);
}

TEST(Answers, EnvelopeAround) {
  std::string out;
  write_answer(out, {"i", "@(hub)", "@(a)", "c", from_epoch_ms(9), "{}"}, "hub:x", "{\"p\":1}");
  EXPECT_EQ(out, R"j({"id":"i","from":"@(hub)","to":"@(a)","type":"hub:x","payload":{"p":1},)j"
                 R"("pattern":"tell","correlationId":"c","timestamp":9,"metadata":{},"ttl":null,)"
                 R"("signature":null})");
}

TEST(Forward, HeadAndTailMakeOneMessage) {
  std::string text;
  write_head(text, "id-1", "@(\"t\")");
  write_tail(text, {"@(a)", "t\n", JsonView("[1.10]"), "c", from_epoch_ms(3), "{\"m\":1}", 250ms});
  EXPECT_EQ(text, R"j({"id":"id-1","to":"@(\"t\")","from":"@(a)","type":"t\n","payload":[1.10],)j"
                  R"("pattern":"tell","correlationId":"c","timestamp":3,"metadata":{"m":1},)"
                  R"("ttl":250,"signature":null})");
}

TEST(Forward, MetadataDropsWhatIsTheHubs) {
  const JsonView senders(R"({"a":1.0,"auth\u0054oken":"s","forwarded":0,"via":"x","b":{"c":[]}})");
  EXPECT_EQ(send_metadata(senders, "@(hub)", "m1", false),
            R"j({"a":1.0,"b":{"c":[]},"forwarded":true,"via":"@(hub)","originalMessageId":"m1"})j");
  const JsonView forged(R"({"delivery":"at-least-once","attempt":7,"deliveryId":"1-2","b":1})");
  EXPECT_EQ(send_metadata(forged, "@(hub)", "m1", true),
            R"j({"b":1,"forwarded":true,"via":"@(hub)","originalMessageId":"m1"})j");
  EXPECT_EQ(trace_metadata(JsonView(R"({"spanId":2,"x":1,"traceId":"t"})")),
            R"({"traceId":"t","spanId":2})");
  EXPECT_EQ(trace_metadata(JsonView("{}")), "{}");
}

TEST(WsFrame, HeaderForms) {
  const auto header = [](std::size_t length) {
    std::string out;
    append_ws_header(out, Opcode::text, length);
    return out;
  };
  EXPECT_EQ(header(125), std::string("\x81\x7d"));
  EXPECT_EQ(header(126), std::string("\x81\x7e\x00\x7e", 4));
  EXPECT_EQ(header(65535), std::string("\x81\x7e\xff\xff", 4));
  EXPECT_EQ(header(65536), std::string("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
  EXPECT_EQ(close_frame(1001, "bye"), std::string("\x88\x05\x03\xe9"
                                                  "bye"));
  EXPECT_EQ(close_frame(1000, std::string(200, 'x')).size(), 2U + 125U);
}

}  // namespace
}  // namespace signal_hub::wire

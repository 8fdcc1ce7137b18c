#include "wire/envelope.hpp"

#include <gtest/gtest.h>

#include <string>

#include "wire/address.hpp"

namespace signal_hub::wire {
namespace {

const std::string whole =
    R"j({"id":"m1","from":"@(a)","to":"@(b)","type":"hub:send","payload":{"x":1.10},)j"
    R"("pattern":"ask","correlationId":"c","timestamp":1000,"metadata":{"k":1},"ttl":500,)"
    R"("signature":"s","unknown":[]})";

/// The message with the member `name` set to `value`, or removed if that is empty.
std::string with(const std::string& name, const std::string& value) {
  std::string text = "{";
  for (ObjectCursor c((JsonView(whole))); c.next();) {
    if (c.key_is(name)) continue;
    text += "\"" + std::string(c.raw_key()) + "\":" + std::string(c.value().raw()) + ",";
  }
  if (!value.empty()) text += "\"" + name + "\":" + value + ",";
  text.back() = '}';
  return text;
}

TEST(Envelope, AllFields) {
  EnvelopeDecoder decoder;
  const auto e = decoder.decode(whole);
  ASSERT_TRUE(e);
  EXPECT_EQ(e->id, "m1");
  EXPECT_EQ(e->from, "@(a)");
  EXPECT_EQ(e->to, "@(b)");
  EXPECT_EQ(e->type, "hub:send");
  EXPECT_EQ(e->payload.raw(), R"({"x":1.10})");
  EXPECT_TRUE(e->is_ask());
  EXPECT_EQ(e->correlation_id, "c");
  EXPECT_EQ(epoch_ms(e->timestamp), 1000);
  EXPECT_EQ(e->metadata.raw(), R"({"k":1})");
  EXPECT_EQ(e->ttl, 500ms);
  EXPECT_EQ(e->signature, "s");
}

TEST(Envelope, NullableFieldsMayBeNullOrMissing) {
  EnvelopeDecoder decoder;
  for (const char* name : {"correlationId", "ttl", "signature", "payload"}) {
    for (const char* value : {"", "null"}) EXPECT_TRUE(decoder.decode(with(name, value))) << name;
  }
  EXPECT_EQ(decoder.decode(with("metadata", ""))->metadata.raw(), "{}");
}

TEST(Envelope, WrongFieldsAreNamed) {
  EnvelopeDecoder decoder;
  const std::pair<const char*, const char*> cases[] = {{"id", "1"},
                                                       {"id", "\"\""},
                                                       {"id", ""},
                                                       {"from", "\"bob\""},
                                                       {"from", "\"@(a(b))\""},
                                                       {"from", ""},
                                                       {"to", "7"},
                                                       {"to", ""},
                                                       {"type", "null"},
                                                       {"pattern", "\"x\""},
                                                       {"timestamp", "\"1\""},
                                                       {"timestamp", "1e999"},
                                                       {"ttl", "[]"},
                                                       {"metadata", "[]"},
                                                       {"metadata", "null"},
                                                       {"correlationId", "1"},
                                                       {"correlationId", "\"\""},
                                                       {"signature", "{}"}};
  for (const auto& [name, value] : cases) {
    const auto e = decoder.decode(with(name, value));
    ASSERT_FALSE(e) << name << value;
    EXPECT_EQ(e.error().error.code, ErrorCode::invalid_message);
    EXPECT_EQ(e.error().error.details, "{\"field\":\"" + std::string(name) + "\"}");
    EXPECT_EQ(e.error().id.has_value(), std::string(name) != "id");
  }
}

TEST(Envelope, EscapedStringsKeepEarlierOnesValid) {
  EnvelopeDecoder decoder;
  const auto e = decoder.decode(
      R"j({"id":"\u0061\n","from":"@(\u00e9)","to":"\u0040(b)","type":"\u0074","pattern":"tell",)j"
      R"("timestamp":1})");
  ASSERT_TRUE(e);
  EXPECT_EQ(e->id, "a\n");
  EXPECT_EQ(e->from, "@(é)");
  EXPECT_EQ(e->to, "@(b)");
  EXPECT_EQ(e->type, "t");
}

TEST(Envelope, NoJson) {
  EnvelopeDecoder decoder;
  EXPECT_EQ(decoder.decode("{").error().error.code, ErrorCode::invalid_json);
  EXPECT_EQ(decoder.decode("[]").error().error.code, ErrorCode::invalid_message);
  EXPECT_TRUE(decoder.decode("\"\xff\"").error().bad_utf8);
}

TEST(Envelope, Ttl) {
  EnvelopeDecoder decoder;
  const auto e = decoder.decode(whole);
  EXPECT_FALSE(e->expired(from_epoch_ms(1500)));
  EXPECT_TRUE(e->expired(from_epoch_ms(1501)));
  EXPECT_EQ(e->remaining_ttl(from_epoch_ms(1200)), 300ms);
  const std::string huge = with("ttl", "8e15");
  EXPECT_FALSE(decoder.decode(huge)->expired(from_epoch_ms(0)));
}

TEST(Address, Canonical) {
  EXPECT_TRUE(is_canonical("@(a)"));
  EXPECT_TRUE(is_canonical("@(a/b c*é)"));
  EXPECT_TRUE(is_canonical("@(" + std::string(256, 'a') + ")"));
  for (const std::string& text :
       {std::string("@()"), std::string("a"), std::string("@(a"), std::string("@(a(b)"),
        std::string("@(a\n)"), "@(" + std::string(257, 'a') + ")"}) {
    EXPECT_FALSE(is_canonical(text)) << text;
  }
  EXPECT_FALSE(is_concrete("@(a*)"));
}

TEST(Address, Below) {
  EXPECT_TRUE(is_at_or_below("@(a)", "@(a)"));
  EXPECT_TRUE(is_at_or_below("@(a/b)", "@(a)"));
  EXPECT_FALSE(is_at_or_below("@(ab)", "@(a)"));
  EXPECT_FALSE(is_at_or_below("@(a)", "@(a/b)"));
  EXPECT_EQ(discovery_glob("a/*"), "@(a/*)");
  EXPECT_EQ(discovery_glob("@(a*)"), "@(a*)");
  EXPECT_FALSE(discovery_glob("a(b)"));
}

}  // namespace
}  // namespace signal_hub::wire

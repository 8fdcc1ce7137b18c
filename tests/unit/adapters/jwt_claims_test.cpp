#include "adapters/jwt/claims.hpp"

#include <gtest/gtest.h>

#include "jwt_tokens.hpp"

namespace signal_hub::adapters::test {
namespace {

using core::AuthFailure;
using Kind = AuthFailure::Kind;

const ClaimRules rules{"signal-hub", "", 24h};

Result<core::Identity, AuthFailure> judge(std::string_view payload, const ClaimRules& by = rules) {
  return judge_claims(payload, by, now.wall);
}

bool accepts(std::string_view payload, const ClaimRules& by = rules) {
  return judge(payload, by).ok();
}

std::string at(std::int64_t offset_s) { return std::to_string(now_s + offset_s); }

std::string expiring(const std::string& exp) {
  return R"({"actorId":"alice","iss":"signal-hub","exp":)" + exp + "}";
}

std::string of_actor(const std::string& actor) {
  return R"({"actorId":)" + actor + R"(,"iss":"signal-hub","exp":)" + at(60) + "}";
}

TEST(Claims, TheLeastThatIsAccepted) {
  const auto identity = judge(claims());
  ASSERT_TRUE(identity.ok());
  EXPECT_EQ(identity->address, "@(alice)");
  EXPECT_EQ(identity->subject, "");
  EXPECT_FALSE(identity->capabilities.has_value());
  EXPECT_TRUE(identity->actors.empty());
}

TEST(Claims, ExpIsAWholeNumberOfSeconds) {
  const std::string soon = at(60);
  for (const std::string& exp :
       {"\"" + soon + "\"", soon + ".0", soon + ".5", std::string("1.8e9"), std::string("true"),
        std::string("null"), "[" + soon + "]", std::string("-1"), "-" + soon,
        std::string("253402300800"), std::string("9223372036854775807"),
        std::string("9223372036854775808"), std::string("18446744073709551615"),
        std::string("18446744073709551616"), std::string("1e400"), std::string("{}")}) {
    const auto verdict = judge(expiring(exp));
    ASSERT_FALSE(verdict.ok()) << exp;
    EXPECT_EQ(verdict.error().kind, Kind::invalid_token) << exp;
  }
  EXPECT_TRUE(accepts(expiring("253402300799")));
}

TEST(Claims, ExpIsRequired) {
  const auto verdict = judge(R"({"actorId":"alice","iss":"signal-hub"})");
  ASSERT_FALSE(verdict.ok());
  EXPECT_EQ(verdict.error().kind, Kind::invalid_token);
  EXPECT_EQ(verdict.error().reason, "The claim exp is missing.");
}

TEST(Claims, ExpIsJudgedWithTheSkew) {
  EXPECT_TRUE(accepts(expiring(at(-29))));
  for (const auto& exp : {at(-30), at(-3600), std::string("0")}) {
    const auto verdict = judge(expiring(exp));
    ASSERT_FALSE(verdict.ok()) << exp;
    EXPECT_EQ(verdict.error().kind, Kind::token_expired) << exp;
  }
}

TEST(Claims, NbfIsJudgedWithTheSkew) {
  EXPECT_TRUE(accepts(claims(R"(,"nbf":)" + at(30))));
  EXPECT_FALSE(accepts(claims(R"(,"nbf":)" + at(31))));
  EXPECT_FALSE(accepts(claims(R"(,"nbf":"0")")));
  EXPECT_FALSE(accepts(claims(R"(,"nbf":0.0)")));
}

TEST(Claims, IatIsNeitherAheadNorTooOld) {
  EXPECT_TRUE(accepts(claims(R"(,"iat":)" + at(30))));
  EXPECT_FALSE(accepts(claims(R"(,"iat":)" + at(31))));
  EXPECT_TRUE(accepts(claims(R"(,"iat":)" + at(-86'430))));
  const auto old = judge(claims(R"(,"iat":)" + at(-86'431)));
  ASSERT_FALSE(old.ok());
  EXPECT_EQ(old.error().kind, Kind::invalid_token);
  EXPECT_FALSE(accepts(claims(R"(,"iat":null)")));
  EXPECT_FALSE(accepts(claims(R"(,"iat":true)")));
}

TEST(Claims, MaxAgeZeroIsNoLimit) {
  EXPECT_TRUE(accepts(claims(R"(,"iat":0)"), {"signal-hub", "", 0ms}));
}

TEST(Claims, IssMustBeTheConfiguredOne) {
  EXPECT_TRUE(accepts(claims(), rules));
  EXPECT_FALSE(accepts(claims(), {"another", "", 24h}));
  const std::string rest = R"("actorId":"alice","exp":)" + at(60) + "}";
  EXPECT_FALSE(accepts("{" + rest));
  for (const auto* iss :
       {R"("Signal-Hub")", R"("signal-hub ")", R"(["signal-hub"])", "null", "1"}) {
    EXPECT_FALSE(accepts(R"({"iss":)" + std::string(iss) + "," + rest)) << iss;
  }
}

TEST(Claims, AudMustContainTheConfiguredOne) {
  const ClaimRules mine{"signal-hub", "my-hub", 24h};
  EXPECT_TRUE(accepts(claims(R"(,"aud":"my-hub")"), mine));
  EXPECT_TRUE(accepts(claims(R"(,"aud":["x","my-hub"])"), mine));
  EXPECT_TRUE(accepts(claims(R"(,"aud":[1,"my-hub"])"), mine));
  EXPECT_FALSE(accepts(claims(), mine));
  for (const auto* aud : {R"("x")", R"(["x"])", "[]", R"([["my-hub"]])", R"({"my-hub":1})", "1"}) {
    EXPECT_FALSE(accepts(claims(R"(,"aud":)" + std::string(aud)), mine)) << aud;
  }
  EXPECT_TRUE(accepts(claims(R"(,"aud":"elsewhere")"))) << "nobody asked for it";
}

TEST(Claims, ActorIdIsAPath) {
  const std::string longest(256, 'a');
  for (const auto& actor : {std::string("a"), std::string("team/alice smith"), longest,
                            std::string("\u00e4/\U0001F600"), std::string("\\u00e4")}) {
    EXPECT_TRUE(accepts(of_actor("\"" + actor + "\""))) << actor;
  }
  const std::vector<std::string> refused{"\"\"",          "\"" + longest + "a\"",
                                         "\"a*\"",        "\"*\"",
                                         "\"a(b\"",       "\"a)b\"",
                                         "\"@(a)\"",      "\"a\\u0000b\"",
                                         "\"a\\nb\"",     "\"a\\u007fb\"",
                                         "\"a\\ud800b\"", "\"a\xff\"",
                                         "\"a\xc0\xaf\"", "5",
                                         "null",          "[\"a\"]"};
  for (const std::string& actor : refused) {
    EXPECT_FALSE(accepts(of_actor(actor))) << actor;
  }
  EXPECT_FALSE(accepts(R"({"iss":"signal-hub","exp":)" + at(60) + "}"));
}

TEST(Claims, SubAndJtiAreStrings) {
  EXPECT_TRUE(accepts(claims(R"(,"sub":"u","jti":"j")")));
  for (const auto* more : {R"(,"sub":1)", R"(,"sub":null)", R"(,"jti":1)", R"(,"jti":{})"}) {
    EXPECT_FALSE(accepts(claims(more))) << more;
  }
}

TEST(Claims, CapabilitiesAndActorsAreArraysOfStrings) {
  const auto none = judge(claims(R"(,"capabilities":[],"actors":[])"));
  ASSERT_TRUE(none.ok());
  ASSERT_TRUE(none->capabilities.has_value()) << "an empty claim grants nothing";
  EXPECT_TRUE(none->capabilities->empty());
  for (const auto* value : {R"("send")", "[1]", R"(["send",null])", "null", "{}", R"({"0":"a"})"}) {
    EXPECT_FALSE(accepts(claims(R"(,"capabilities":)" + std::string(value)))) << value;
    EXPECT_FALSE(accepts(claims(R"(,"actors":)" + std::string(value)))) << value;
  }
}

TEST(Claims, DuplicateNamesAreRefused) {
  EXPECT_FALSE(accepts(claims(R"(,"actorId":"bob")")));
  EXPECT_FALSE(accepts(claims(R"(,"exp":)" + at(60))));
  EXPECT_FALSE(accepts(claims(R"(,"\u0061ctorId":"bob")")));
  EXPECT_FALSE(accepts(claims(R"(,"x":{"y":1,"y":1})")));
  EXPECT_TRUE(accepts(claims(R"(,"x":{"exp":1},"y":[{"exp":2},{"exp":3}])")));
}

TEST(Claims, OtherPayloadsAreRefused) {
  for (const auto* payload :
       {"", "{", "[]", "null", "1", "\"x\"", "{}x", "{\"a\":01}", "{'a':1}"}) {
    EXPECT_FALSE(accepts(payload)) << payload;
  }
  EXPECT_FALSE(accepts(claims(",\"x\":\"\xff\"")));
  EXPECT_FALSE(accepts(claims() + "{}"));
}

}  // namespace
}  // namespace signal_hub::adapters::test

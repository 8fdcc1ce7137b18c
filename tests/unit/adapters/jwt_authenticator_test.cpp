#include "adapters/jwt/authenticator.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "adapters/jwt/encoding.hpp"
#include "base/limits.hpp"
#include "jwt_tokens.hpp"

namespace signal_hub::adapters::test {
namespace {

using core::AuthFailure;
using Kind = AuthFailure::Kind;
using Verdict = Result<core::Identity, AuthFailure>;

constexpr std::string_view hs256 = R"({"alg":"HS256","typ":"JWT"})";

std::unique_ptr<core::Authenticator> authenticator(const ServerSettings& settings) {
  auto made = make_authenticator(settings);
  if (!made) throw std::runtime_error(made.error());
  return std::move(*made);
}

class SecretAuthenticator : public testing::Test {
 protected:
  SecretAuthenticator() {
    settings_.jwt_secret_file = files_.write("secret", secret + "\n");
    verifier_ = authenticator(settings_);
  }

  Verdict verify(std::string_view token) { return verifier_->verify(token, now); }
  bool accepts(std::string_view token) { return verify(token).ok(); }

  signal_hub::test::TemporaryDirectory files_;
  ServerSettings settings_;
  std::unique_ptr<core::Authenticator> verifier_;
};

TEST_F(SecretAuthenticator, AGoodTokenNamesItsActor) {
  const auto verdict = verify(
      hmac_token(hs256, claims(R"(,"sub":"u1","capabilities":["send"],"actors":["bots/*"])")));
  ASSERT_TRUE(verdict.ok()) << verdict.error().reason;
  EXPECT_EQ(verdict->address, "@(alice)");
  EXPECT_EQ(verdict->subject, "u1");
  EXPECT_EQ(verdict->expires_at, WallTime{std::chrono::seconds{now_s + 3600}});
  ASSERT_TRUE(verdict->capabilities.has_value());
  EXPECT_EQ(*verdict->capabilities, std::vector<std::string>{"send"});
  EXPECT_EQ(verdict->actors, std::vector<std::string>{"bots/*"});
}

TEST_F(SecretAuthenticator, HeadersOfOtherIssuers) {
  EXPECT_TRUE(accepts(hmac_token(R"({"alg":"HS256"})", claims())));
  EXPECT_TRUE(accepts(hmac_token(R"({"typ":"at+jwt","alg":"HS256","x":[1]})", claims())));
  EXPECT_TRUE(accepts(hmac_token(R"({"alg":"HS256","kid":"any"})", claims())));
}

TEST_F(SecretAuthenticator, RefusesEveryOtherAlgorithm) {
  for (const auto* name : {"none", "None", "NONE", "nOnE", "hs256", "HS384", "HS512", "RS256",
                           "ES256", "PS256", "HS256 ", "", "HS25"}) {
    const std::string header = R"({"alg":")" + std::string(name) + R"("})";
    EXPECT_FALSE(accepts(hmac_token(header, claims()))) << name;
    EXPECT_FALSE(accepts(unsigned_token(header, claims()) + ".")) << name;
    EXPECT_FALSE(accepts(unsigned_token(header, claims()))) << name;
  }
  EXPECT_FALSE(accepts(hmac_token(R"({"alg":"HS512"})", claims(), secret, EVP_sha512())));
}

TEST_F(SecretAuthenticator, RefusesMalformedHeaders) {
  for (const auto* header :
       {R"({})", R"({"typ":"JWT"})", R"({"alg":null})", R"({"alg":256})", R"({"alg":["HS256"]})",
        R"({"alg":"HS256","crit":["exp"]})", R"({"alg":"HS256","crit":[]})",
        R"({"alg":"HS256","kid":5})", R"({"alg":"HS256","alg":"HS256"})",
        R"({"alg":"none","alg":"HS256"})", R"({"\u0061lg":"none","alg":"HS256"})", R"(["HS256"])",
        R"("HS256")", R"({"alg":"HS256"}{})", R"({"alg":"HS256",})",
        "{\"alg\":\"HS256\",\"x\":\"\xff\"}", "", "{"}) {
    EXPECT_FALSE(accepts(hmac_token(header, claims()))) << header;
  }
}

TEST_F(SecretAuthenticator, RefusesOtherSignatures) {
  const std::string good = hmac_token(hs256, claims());
  const std::string body = good.substr(0, good.rfind('.'));
  const auto mac = decode_base64url(good.substr(good.rfind('.') + 1));
  ASSERT_TRUE(accepts(good));
  EXPECT_FALSE(
      accepts(hmac_token(hs256, claims(), "another secret of more than thirty-two bytes")));
  EXPECT_FALSE(accepts(hmac_token(hs256, claims(), secret, EVP_sha512())));
  EXPECT_FALSE(accepts(hmac_token(hs256, claims(), secret + "\n")));
  EXPECT_FALSE(accepts(body + "." + encode_base64url(mac->substr(0, 31))));
  EXPECT_FALSE(accepts(body + "." + encode_base64url(*mac + "x")));
  for (std::size_t i = 0; i < mac->size(); ++i) {
    std::string flipped = *mac;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_FALSE(accepts(body + "." + encode_base64url(flipped))) << i;
  }
}

TEST_F(SecretAuthenticator, RefusesChangedContents) {
  const std::string good = hmac_token(hs256, claims());
  const std::string forged = unsigned_token(hs256, claims(R"(,"capabilities":["admin"])"));
  EXPECT_FALSE(accepts(forged + good.substr(good.rfind('.'))));
}

TEST_F(SecretAuthenticator, RefusesOtherShapes) {
  const std::string good = hmac_token(hs256, claims());
  const std::string body = good.substr(0, good.rfind('.'));
  const std::string mac = good.substr(good.rfind('.') + 1);
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."), body, body + ".",
        "." + good, good + ".", good + "." + mac, body + ".." + mac, " " + good, good + " ",
        good + "\n", good + "=", body + "." + mac + "==", "bearer " + good,
        good + std::string(1, '\0'), std::string(1, '\0') + good}) {
    EXPECT_FALSE(accepts(token)) << token;
  }
}

TEST_F(SecretAuthenticator, RefusesLooseBase64) {
  const std::string good = hmac_token(hs256, claims());
  // 32 bytes end in a character of which two bits are left over: setting them changes nothing but
  // the text, which a lenient decoder would take for the same signature.
  std::string stray = good;
  stray.back() = static_cast<char>(stray.back() + 1);
  EXPECT_FALSE(accepts(stray));
  for (const char c : {'+', '/', '=', ' ', '\n', '\xc3'}) {
    std::string other = good;
    other[good.find('.') + 5] = c;
    EXPECT_FALSE(accepts(other)) << c;
  }
}

TEST_F(SecretAuthenticator, BoundsTheSize) {
  const auto padded = [](std::size_t filling) {
    return hmac_token(hs256, claims(R"(,"x":")" + std::string(filling, 'a') + "\""));
  };
  const std::size_t overhead = padded(0).size();
  // Three bytes of text are four of base64.
  const std::size_t filling = (limits::token_bytes - overhead) / 4 * 3;
  EXPECT_LE(padded(filling).size(), limits::token_bytes);
  EXPECT_TRUE(accepts(padded(filling)));
  const std::string over = padded(filling + 6);
  ASSERT_GT(over.size(), limits::token_bytes);
  const auto verdict = verify(over);
  ASSERT_FALSE(verdict.ok());
  EXPECT_NE(verdict.error().reason.find("too long"), std::string::npos);
}

TEST_F(SecretAuthenticator, RefusesNestingBombs) {
  for (const auto& [open, close] : {std::pair{"[", "]"}, std::pair{R"({"a":)", "}"}}) {
    std::string bomb;
    for (int i = 0; i < 1500; ++i) bomb += open;
    EXPECT_FALSE(accepts(hmac_token(hs256, claims(R"(,"x":)" + bomb))));
    EXPECT_FALSE(accepts(hmac_token(bomb, claims())));
    std::string closed = bomb + "1";
    for (int i = 0; i < 1500; ++i) closed += close;
    EXPECT_FALSE(accepts(hmac_token(hs256, claims(R"(,"x":)" + closed))));
    EXPECT_FALSE(accepts(hmac_token(R"({"alg":"HS256","x":)" + closed + "}", claims())));
  }
}

TEST_F(SecretAuthenticator, ClaimsAreLookedAtOnlyUnderAGoodSignature) {
  const std::string expired = R"({"actorId":"alice","iss":"signal-hub","exp":1})";
  const auto forged = verify(hmac_token(hs256, expired, "another secret of thirty-two bytes!"));
  ASSERT_FALSE(forged.ok());
  EXPECT_EQ(forged.error().kind, Kind::invalid_token);
  const auto genuine = verify(hmac_token(hs256, expired));
  ASSERT_FALSE(genuine.ok());
  EXPECT_EQ(genuine.error().kind, Kind::token_expired);
}

TEST_F(SecretAuthenticator, ReasonsNeverQuoteTheToken) {
  const std::string good = hmac_token(hs256, claims());
  for (const std::string& token : {good + "x", "zzzz." + good, hmac_token(hs256, "{")}) {
    const auto verdict = verify(token);
    ASSERT_FALSE(verdict.ok());
    EXPECT_EQ(verdict.error().reason.find(token.substr(0, 12)), std::string::npos);
    EXPECT_EQ(verdict.error().reason.find(secret), std::string::npos);
  }
}

TEST(Authenticator, HmacByTheConfiguredAlgorithmOnly) {
  const signal_hub::test::TemporaryDirectory files;
  const std::pair<const char*, const EVP_MD*> algorithms[] = {
      {"HS256", EVP_sha256()}, {"HS384", EVP_sha384()}, {"HS512", EVP_sha512()}};
  ServerSettings settings;
  settings.jwt_secret_file = files.write("secret", secret);
  for (const auto& [pinned, pinned_digest] : algorithms) {
    settings.jwt_algorithm = pinned;
    const auto verifier = authenticator(settings);
    for (const auto& [used, digest] : algorithms) {
      const std::string header = R"({"alg":")" + std::string(used) + R"("})";
      const auto verdict = verifier->verify(hmac_token(header, claims(), secret, digest), now);
      EXPECT_EQ(verdict.ok(), digest == pinned_digest) << pinned << " " << used;
    }
  }
}

TEST(Authenticator, RefusalsLeaveNoErrorsForTls) {
  const signal_hub::test::TemporaryDirectory files;
  const auto key = ec_key();
  ServerSettings settings;
  settings.jwt_public_key = {files.write("key.pem", public_pem(key.get()))};
  const auto verifier = authenticator(settings);
  const std::string body = unsigned_token(R"({"alg":"ES256"})", claims()) + ".";
  EXPECT_FALSE(verifier->verify(body + encode_base64url(std::string(64, '\0')), now).ok());
  EXPECT_FALSE(verifier->verify(body + encode_base64url(std::string(64, '\xff')), now).ok());
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace signal_hub::adapters::test

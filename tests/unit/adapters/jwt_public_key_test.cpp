#include <gtest/gtest.h>

#include "adapters/jwt/authenticator.hpp"
#include "adapters/jwt/encoding.hpp"
#include "jwt_tokens.hpp"

namespace signal_hub::adapters::test {
namespace {

constexpr std::string_view rs256 = R"({"alg":"RS256"})";
constexpr std::string_view es256 = R"({"alg":"ES256"})";

std::string with_kid(std::string_view algorithm, std::string_view kid) {
  return R"({"alg":")" + std::string(algorithm) + R"(","kid":")" + std::string(kid) + R"("})";
}

class PublicKeys : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    rsa_ = new PrivateKey(rsa_key());
    ec_ = new PrivateKey(ec_key());
    other_ec_ = new PrivateKey(ec_key());
  }
  static void TearDownTestSuite() {
    delete rsa_;
    delete ec_;
    delete other_ec_;
  }

  static EVP_PKEY* rsa() { return rsa_->get(); }
  static EVP_PKEY* ec() { return ec_->get(); }
  static EVP_PKEY* other_ec() { return other_ec_->get(); }

  void trust(EVP_PKEY* key, const std::string& kid = "") {
    const std::string name = "key" + std::to_string(settings_.jwt_public_key.size()) + ".pem";
    const std::string path = files_.write(name, public_pem(key));
    settings_.jwt_public_key.push_back(kid.empty() ? path : kid + "=" + path);
  }
  bool accepts(std::string_view token) {
    auto made = make_authenticator(settings_);
    if (!made) throw std::runtime_error(made.error());
    return (*made)->verify(token, now).ok();
  }

  signal_hub::test::TemporaryDirectory files_;
  ServerSettings settings_;

 private:
  static inline PrivateKey* rsa_ = nullptr;
  static inline PrivateKey* ec_ = nullptr;
  static inline PrivateKey* other_ec_ = nullptr;
};

TEST_F(PublicKeys, RsaMeansRs256) {
  trust(rsa());
  EXPECT_TRUE(accepts(signed_token(rs256, claims(), rsa())));
  EXPECT_FALSE(accepts(signed_token(R"({"alg":"RS384"})", claims(), rsa())));
  const std::string text = unsigned_token(R"({"alg":"RS512"})", claims());
  EXPECT_FALSE(accepts(text + "." + encode_base64url(sign_plain(text, rsa(), EVP_sha512()))));
  const std::string other_digest = unsigned_token(rs256, claims());
  EXPECT_FALSE(accepts(other_digest + "." +
                       encode_base64url(sign_plain(other_digest, rsa(), EVP_sha512()))));
}

TEST_F(PublicKeys, RsaSignaturesOfWrongLength) {
  trust(rsa());
  const std::string text = unsigned_token(rs256, claims());
  const std::string good = sign_plain(text, rsa());
  for (const std::string& bad : {good.substr(0, 255), good + "x", std::string(1, 'x'),
                                 std::string(256, '\0'), std::string(4096, '\xff')}) {
    EXPECT_FALSE(accepts(text + "." + encode_base64url(bad))) << bad.size();
  }
}

TEST_F(PublicKeys, P256MeansEs256) {
  trust(ec());
  EXPECT_TRUE(accepts(signed_token(es256, claims(), ec())));
  EXPECT_FALSE(accepts(signed_token(es256, claims(), other_ec())));
  EXPECT_FALSE(accepts(signed_token(rs256, claims(), ec())));
  EXPECT_FALSE(accepts(signed_token(R"({"alg":"ES384"})", claims(), ec())));
}

TEST_F(PublicKeys, EcSignaturesOfWrongForm) {
  trust(ec());
  const std::string text = unsigned_token(es256, claims());
  const std::string good = sign_ec(text, ec());
  ASSERT_TRUE(accepts(text + "." + encode_base64url(good)));
  for (const std::string& bad :
       {sign_plain(text, ec()), good.substr(0, 63), good.substr(0, 32), good + "x", good + good,
        std::string(64, '\0'), std::string(64, '\xff'), good.substr(0, 32) + std::string(32, '\0'),
        std::string(32, '\0') + good.substr(32), good.substr(32) + good.substr(0, 32)}) {
    EXPECT_FALSE(accepts(text + "." + encode_base64url(bad))) << bad.size();
  }
}

// The best known attack: the public key is public, so anybody can compute this MAC.
TEST_F(PublicKeys, TheirTextIsNoHmacSecret) {
  for (EVP_PKEY* key : {rsa(), ec()}) {
    settings_.jwt_public_key.clear();
    trust(key);
    const std::string pem = public_pem(key);
    for (const std::string& text : {pem, pem.substr(0, pem.size() - 1)}) {
      EXPECT_FALSE(accepts(hmac_token(R"({"alg":"HS256"})", claims(), text)));
      for (const std::string_view header : {rs256, es256}) {
        EXPECT_FALSE(accepts(hmac_token(header, claims(), text)));
      }
    }
    EXPECT_FALSE(accepts(hmac_token(R"({"alg":"HS256"})", claims(), "")));
    EXPECT_FALSE(accepts(unsigned_token(R"({"alg":"none"})", claims()) + "."));
  }
}

TEST_F(PublicKeys, ASecretBesidesThemStaysASecret) {
  trust(rsa());
  settings_.jwt_secret_file = files_.write("secret", secret);
  EXPECT_TRUE(accepts(signed_token(rs256, claims(), rsa())));
  EXPECT_TRUE(accepts(hmac_token(R"({"alg":"HS256"})", claims())));
  EXPECT_FALSE(accepts(hmac_token(R"({"alg":"HS256"})", claims(), public_pem(rsa()))));
  EXPECT_FALSE(accepts(hmac_token(rs256, claims())));
}

TEST_F(PublicKeys, AreChosenByKid) {
  trust(ec(), "old");
  trust(other_ec(), "new");
  EXPECT_TRUE(accepts(signed_token(with_kid("ES256", "old"), claims(), ec())));
  EXPECT_TRUE(accepts(signed_token(with_kid("ES256", "new"), claims(), other_ec())));
  EXPECT_FALSE(accepts(signed_token(with_kid("ES256", "new"), claims(), ec())));
  EXPECT_FALSE(accepts(signed_token(with_kid("ES256", "old"), claims(), other_ec())));
  EXPECT_FALSE(accepts(signed_token(with_kid("ES256", "unknown"), claims(), ec())));
}

TEST_F(PublicKeys, WithoutAKidEachOfTheAlgorithmIsTried) {
  trust(rsa(), "rsa");
  trust(ec(), "old");
  trust(other_ec(), "new");
  EXPECT_TRUE(accepts(signed_token(es256, claims(), ec())));
  EXPECT_TRUE(accepts(signed_token(es256, claims(), other_ec())));
  EXPECT_TRUE(accepts(signed_token(rs256, claims(), rsa())));
  EXPECT_FALSE(accepts(signed_token(with_kid("ES256", "rsa"), claims(), ec())));
}

TEST_F(PublicKeys, OneWithoutAKidServesAnyKid) {
  trust(ec());
  EXPECT_TRUE(accepts(signed_token(with_kid("ES256", "whatever"), claims(), ec())));
}

}  // namespace
}  // namespace signal_hub::adapters::test

#include "adapters/jwt/keys.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "jwt_tokens.hpp"

namespace signal_hub::adapters::test {
namespace {

class Keys : public testing::Test {
 protected:
  std::string secret_complaint(const std::string& text) {
    ServerSettings settings;
    settings.jwt_secret_file = files_.write("the-secret", text);
    const auto keys = load_keys(settings);
    return keys ? "" : keys.error();
  }
  std::string key_complaint(const std::string& text) {
    ServerSettings settings;
    settings.jwt_public_key = {files_.write("the-key.pem", text)};
    const auto keys = load_keys(settings);
    EXPECT_EQ(ERR_peek_error(), 0U);
    return keys ? "" : keys.error();
  }

  signal_hub::test::TemporaryDirectory files_;
};

TEST_F(Keys, NoneConfiguredIsNone) {
  const auto keys = load_keys({});
  ASSERT_TRUE(keys.ok());
  EXPECT_TRUE(keys->empty());
}

TEST_F(Keys, AShortSecretIsRefusedNamingTheFile) {
  const std::string complaint = secret_complaint(std::string(31, 'x'));
  EXPECT_NE(complaint.find("--jwt-secret-file"), std::string::npos) << complaint;
  EXPECT_NE(complaint.find("the-secret has 31 bytes"), std::string::npos) << complaint;
  EXPECT_NE(complaint.find("at least 32"), std::string::npos) << complaint;
  EXPECT_NE(secret_complaint(""), "");
  EXPECT_EQ(secret_complaint(std::string(32, 'x')), "");
}

TEST_F(Keys, TheLineEndIsNotPartOfTheSecret) {
  EXPECT_NE(secret_complaint(std::string(31, 'x') + "\n"), "");
  EXPECT_NE(secret_complaint(std::string(31, 'x') + "\r\n"), "");
  ServerSettings settings;
  settings.jwt_secret_file = files_.write("secret", secret + "\r\n");
  const auto keys = load_keys(settings);
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ(keys->front().secret, secret);
}

TEST_F(Keys, ASecretMayHoldAnyBytes) {
  ServerSettings settings;
  const std::string bytes = " " + std::string(30, '\0') + " ";
  settings.jwt_secret_file = files_.write("secret", bytes);
  const auto keys = load_keys(settings);
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ(keys->front().secret, bytes);
}

TEST_F(Keys, UnreadableFilesAreNamed) {
  for (const std::string& path : {files_.path() + "/missing", files_.path()}) {
    ServerSettings by_secret;
    by_secret.jwt_secret_file = path;
    const auto secret = load_keys(by_secret);
    ASSERT_FALSE(secret.ok());
    EXPECT_NE(secret.error().find(path), std::string::npos) << secret.error();
    ServerSettings by_key;
    by_key.jwt_public_key = {"kid=" + path};
    const auto key = load_keys(by_key);
    ASSERT_FALSE(key.ok());
    EXPECT_NE(key.error().find("--jwt-public-key: "), std::string::npos) << key.error();
    EXPECT_NE(key.error().find(path), std::string::npos) << key.error();
  }
  ServerSettings settings;
  settings.jwt_secret_file = files_.path() + "/missing";
  EXPECT_NE(load_keys(settings).error().find("No such file"), std::string::npos);
}

TEST_F(Keys, WhatIsNoPublicKeyIsRefused) {
  const auto key = ec_key();
  const std::string pem = public_pem(key.get());
  for (const std::string& text :
       {std::string(), std::string("nonsense"), pem.substr(0, 60), private_pem(key.get()),
        std::string("-----BEGIN PUBLIC KEY-----\nbm9uc2Vuc2U=\n-----END PUBLIC KEY-----\n")}) {
    const std::string complaint = key_complaint(text);
    EXPECT_NE(complaint.find("the-key.pem holds no PEM public key"), std::string::npos) << text;
  }
}

TEST_F(Keys, AnEncryptedOneIsRefused) {
  EXPECT_NE(key_complaint("-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
                          "DEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n"
                          "bm9uc2Vuc2Vub25zZW5zZQ==\n-----END PUBLIC KEY-----\n"),
            "");
}

TEST_F(Keys, KindsWithoutAnAlgorithmAreRefused) {
  for (const char* curve : {"P-384", "P-521", "secp256k1"}) {
    const std::string complaint = key_complaint(public_pem(ec_key(curve).get()));
    EXPECT_NE(complaint.find("the-key.pem: only RSA keys"), std::string::npos) << complaint;
  }
  const PrivateKey ed25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  EXPECT_NE(key_complaint(public_pem(ed25519.get())).find("only RSA keys"), std::string::npos);
  EXPECT_NE(key_complaint(public_pem(rsa_key(1024).get())).find("less than 2048"),
            std::string::npos);
}

TEST_F(Keys, EachPinsItsAlgorithmAndKeepsItsKid) {
  ServerSettings settings;
  settings.jwt_secret_file = files_.write("secret", secret);
  settings.jwt_algorithm = "HS384";
  settings.jwt_public_key = {"2024=" + files_.write("rsa.pem", public_pem(rsa_key().get())),
                             files_.write("ec.pem", public_pem(ec_key().get()))};
  const auto keys = load_keys(settings);
  ASSERT_TRUE(keys.ok()) << keys.error();
  ASSERT_EQ(keys->size(), 3U);
  EXPECT_EQ((*keys)[0].algorithm, "HS384");
  EXPECT_EQ((*keys)[1].algorithm, "RS256");
  EXPECT_EQ((*keys)[1].kid, "2024");
  EXPECT_EQ((*keys)[2].algorithm, "ES256");
  EXPECT_EQ((*keys)[2].kid, "");
}

}  // namespace
}  // namespace signal_hub::adapters::test

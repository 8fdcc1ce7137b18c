// Tokens as an issuer would make them and as an attacker would: any header, any claims text.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/settings.hpp"
#include "base/time.hpp"
#include "core/authenticator.hpp"
#include "temporary_directory.hpp"

namespace signal_hub::adapters::test {

inline constexpr std::int64_t now_s = 1'700'000'000;
inline constexpr Now now{MonoTime{1s}, WallTime{std::chrono::seconds{now_s}}};
inline const std::string secret = "a secret of more than thirty-two bytes, for tests only";

struct FreePkey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, FreePkey>;

PrivateKey rsa_key(unsigned bits = 2048);
PrivateKey ec_key(const char* curve = "P-256");
std::string public_pem(EVP_PKEY* key);
std::string private_pem(EVP_PKEY* key);

/// Claims that are accepted: of `alice`, until an hour after `now_s`. `more` begins with a comma.
std::string claims(std::string_view more = "");

/// `HEADER.CLAIMS`, encoded.
std::string unsigned_token(std::string_view header, std::string_view claims);

std::string hmac_token(std::string_view header, std::string_view claims,
                       std::string_view key = secret, const EVP_MD* digest = EVP_sha256());

/// RS256 or ES256 as the key is; ES256 with r and s of 32 bytes each.
std::string signed_token(std::string_view header, std::string_view claims, EVP_PKEY* key);

/// As OpenSSL signs: PKCS #1 v1.5 with RSA, DER with EC.
std::string sign_plain(std::string_view text, EVP_PKEY* key, const EVP_MD* digest = EVP_sha256());
/// r and s, 32 bytes each.
std::string sign_ec(std::string_view text, EVP_PKEY* key);

}  // namespace signal_hub::adapters::test

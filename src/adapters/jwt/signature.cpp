#include "adapters/jwt/signature.hpp"

#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/hmac.h>

#include <array>
#include <span>
#include <vector>

namespace signal_hub::adapters {
namespace {

constexpr std::size_t p256_bytes = 32;  // of r, of s

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeSignature {
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

const EVP_MD* digest_of(const Key& key) {
  if (key.algorithm.ends_with("384")) return EVP_sha384();
  if (key.algorithm.ends_with("512")) return EVP_sha512();
  return EVP_sha256();
}

bool hmac_valid(const Key& key, std::string_view signed_part, std::string_view signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  const unsigned char* done =
      HMAC(digest_of(key), key.secret.data(), static_cast<int>(key.secret.size()),
           bytes_of(signed_part), signed_part.size(), mac.data(), &length);
  return done != nullptr && signature.size() == length &&
         CRYPTO_memcmp(mac.data(), signature.data(), length) == 0;
}

/// r and s as the DER that OpenSSL wants; empty if they are not.
std::vector<unsigned char> der_of(std::string_view signature) {
  if (signature.size() != 2 * p256_bytes) return {};
  const std::unique_ptr<ECDSA_SIG, FreeSignature> pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes_of(signature), p256_bytes, nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(signature) + p256_bytes, p256_bytes, nullptr);
  if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  const int size = i2d_ECDSA_SIG(pair.get(), nullptr);
  if (size <= 0) return {};
  std::vector<unsigned char> der(static_cast<std::size_t>(size));
  unsigned char* at = der.data();
  i2d_ECDSA_SIG(pair.get(), &at);
  return der;
}

bool public_key_valid(const Key& key, std::string_view signed_part,
                      std::span<const unsigned char> signature) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  return context &&
         EVP_DigestVerifyInit(context.get(), nullptr, digest_of(key), nullptr,
                              key.public_key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(signed_part),
                          signed_part.size()) == 1;
}

}  // namespace

bool signature_valid(const Key& key, std::string_view signed_part, std::string_view signature) {
  if (!key.public_key) return !key.secret.empty() && hmac_valid(key, signed_part, signature);
  bool valid = false;
  if (key.algorithm == "ES256") {
    const auto der = der_of(signature);
    valid = !der.empty() && public_key_valid(key, signed_part, der);
  } else {
    valid = public_key_valid(key, signed_part, {bytes_of(signature), signature.size()});
  }
  // A refusal stays in the thread's error queue, where TLS would take it for its own.
  ERR_clear_error();
  return valid;
}

}  // namespace signal_hub::adapters

#include "jwt_tokens.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "adapters/jwt/encoding.hpp"

namespace signal_hub::adapters::test {
namespace {

void must(bool good) {
  if (!good) throw std::runtime_error("OpenSSL refused");
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

template <class Write>
std::string pem_of(Write write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  must(write(bio.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

PrivateKey rsa_key(unsigned bits) { return PrivateKey(EVP_RSA_gen(bits)); }

PrivateKey ec_key(const char* curve) { return PrivateKey(EVP_EC_gen(curve)); }

std::string public_pem(EVP_PKEY* key) {
  return pem_of([key](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key); });
}

std::string private_pem(EVP_PKEY* key) {
  return pem_of([key](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string claims(std::string_view more) {
  return R"({"actorId":"alice","iss":"signal-hub","exp":)" + std::to_string(now_s + 3600) +
         std::string(more) + "}";
}

std::string unsigned_token(std::string_view header, std::string_view claims) {
  return encode_base64url(header) + "." + encode_base64url(claims);
}

std::string hmac_token(std::string_view header, std::string_view claims, std::string_view key,
                       const EVP_MD* digest) {
  const std::string text = unsigned_token(header, claims);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  must(HMAC(digest, key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
            mac.data(), &size) != nullptr);
  return text + "." + encode_base64url({reinterpret_cast<const char*>(mac.data()), size});
}

std::string sign_plain(std::string_view text, EVP_PKEY* key, const EVP_MD* digest) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  std::vector<unsigned char> out(static_cast<std::size_t>(EVP_PKEY_size(key)));
  std::size_t size = out.size();
  must(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key) == 1);
  must(EVP_DigestSign(context.get(), out.data(), &size, bytes_of(text), text.size()) == 1);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string sign_ec(std::string_view text, EVP_PKEY* key) {
  const std::string der = sign_plain(text, key);
  const unsigned char* at = bytes_of(der);
  const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
  std::array<unsigned char, 64> raw{};
  must(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), raw.data(), 32) == 32);
  must(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), raw.data() + 32, 32) == 32);
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

std::string signed_token(std::string_view header, std::string_view claims, EVP_PKEY* key) {
  const std::string text = unsigned_token(header, claims);
  const bool ec = EVP_PKEY_base_id(key) == EVP_PKEY_EC;
  return text + "." + encode_base64url(ec ? sign_ec(text, key) : sign_plain(text, key));
}

}  // namespace signal_hub::adapters::test

#include "cli/token_signer.hpp"

#include <jwt.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/limits.hpp"

namespace signal_hub::cli {
namespace {

constexpr int rsa_bits_min = 2048;

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreePrivateKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeText {
  void operator()(char* text) const { std::free(text); }
};

Result<std::string> read_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) {
    return fail("cannot read the key file " + path + ": " + std::generic_category().message(errno) +
                ".");
  }
  return text.str();
}

int no_passphrase(char*, int, int, void*) { return -1; }

bool is_p256(const EVP_PKEY* key) {
  char group[64] = {};
  std::size_t length = 0;
  return EVP_PKEY_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group, sizeof(group), &length) == 1 &&
         (std::string_view(group) == "prime256v1" || std::string_view(group) == "P-256");
}

}  // namespace

Result<SigningKey> load_secret(const std::string& path, const std::string& algorithm) {
  auto text = read_file(path);
  if (!text) return fail(text.error());
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->size() < limits::secret_bytes_min) {
    return fail("the secret in " + path + " has " + std::to_string(text->size()) +
                " bytes; a hub wants at least " + std::to_string(limits::secret_bytes_min) + ".");
  }
  return SigningKey{algorithm, std::move(*text)};
}

Result<SigningKey> load_private_key(const std::string& path) {
  auto pem = read_file(path);
  if (!pem) return fail(pem.error());
  const std::unique_ptr<BIO, FreeBio> bio(
      BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  const std::unique_ptr<EVP_PKEY, FreePrivateKey> key(
      bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
  if (!key) return fail(path + " holds no PEM private key that can be read without a passphrase.");
  if (is_p256(key.get())) return SigningKey{"ES256", std::move(*pem)};
  if (EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA && EVP_PKEY_bits(key.get()) >= rsa_bits_min) {
    return SigningKey{"RS256", std::move(*pem)};
  }
  return fail(path + ": a hub takes RSA keys of at least 2048 bits and EC keys on P-256 only.");
}

Result<std::string> sign_token(const SigningKey& key, const std::string& claims,
                               const std::string& kid) {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return fail(std::string("no memory for a token."));
  const std::unique_ptr<jwt_t, FreeJwt> jwt(raw);
  const auto* material = reinterpret_cast<const unsigned char*>(key.material.data());
  const bool ready = jwt_add_grants_json(jwt.get(), claims.c_str()) == 0 &&
                     (kid.empty() || jwt_add_header(jwt.get(), "kid", kid.c_str()) == 0) &&
                     jwt_set_alg(jwt.get(), jwt_str_alg(key.algorithm.c_str()), material,
                                 static_cast<int>(key.material.size())) == 0;
  const std::unique_ptr<char, FreeText> text(ready ? jwt_encode_str(jwt.get()) : nullptr);
  if (!text) return fail("the token could not be signed with " + key.algorithm + ".");
  return std::string(text.get());
}

}  // namespace signal_hub::cli

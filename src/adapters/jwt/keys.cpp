#include "adapters/jwt/keys.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "base/limits.hpp"

namespace signal_hub::adapters {
namespace {

constexpr int rsa_bits_min = 2048;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

Result<std::string> read_file(const std::string& path) {
  // A directory opens like a file and reads as empty.
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return fail(path + " is a directory");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) {
    return fail("cannot read the key file " + path + ": " + std::generic_category().message(errno));
  }
  return text.str();
}

Result<Key> load_secret(const ServerSettings& settings) {
  const std::string& path = settings.jwt_secret_file;
  auto text = read_file(path);
  if (!text) return fail(text.error());
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->size() < limits::secret_bytes_min) {
    return fail("the secret in " + path + " has " + std::to_string(text->size()) +
                " bytes; it must have at least " + std::to_string(limits::secret_bytes_min));
  }
  return Key{settings.jwt_algorithm, "", std::move(*text), nullptr};
}

/// Never asks a terminal for a passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

std::unique_ptr<EVP_PKEY, FreePublicKey> parse_pem(const std::string& pem) {
  const std::unique_ptr<BIO, FreeBio> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EVP_PKEY* key = bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr) : nullptr;
  ERR_clear_error();  // TLS on this thread must not find what went wrong here
  return std::unique_ptr<EVP_PKEY, FreePublicKey>(key);
}

bool is_p256(const EVP_PKEY* key) {
  char group[64] = {};
  std::size_t length = 0;
  const bool named = EVP_PKEY_get_group_name(key, group, sizeof(group), &length) == 1;
  ERR_clear_error();
  return named && (std::string_view(group) == "prime256v1" || std::string_view(group) == "P-256");
}

/// `[KID=]FILE`: the part before the first `=` is the key id.
Result<Key> load_public_key(const std::string& text) {
  const std::size_t equals = text.find('=');
  const bool named = equals != std::string::npos;
  const std::string kid = named ? text.substr(0, equals) : "";
  const std::string path = named ? text.substr(equals + 1) : text;
  const auto pem = read_file(path);
  if (!pem) return fail(pem.error());
  auto key = parse_pem(*pem);
  if (!key) return fail(path + " holds no PEM public key");
  if (EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA) {
    if (EVP_PKEY_bits(key.get()) < rsa_bits_min) {
      return fail(path + ": the RSA key has less than 2048 bits");
    }
    return Key{"RS256", kid, "", std::move(key)};
  }
  if (EVP_PKEY_base_id(key.get()) == EVP_PKEY_EC && is_p256(key.get())) {
    return Key{"ES256", kid, "", std::move(key)};
  }
  return fail(path + ": only RSA keys (RS256) and EC keys on P-256 (ES256) are supported");
}

}  // namespace

Result<std::vector<Key>> load_keys(const ServerSettings& settings) {
  std::vector<Key> keys;
  if (!settings.jwt_secret_file.empty()) {
    auto secret = load_secret(settings);
    if (!secret) return fail("--jwt-secret-file: " + secret.error());
    keys.push_back(std::move(*secret));
  }
  for (const std::string& text : settings.jwt_public_key) {
    auto key = load_public_key(text);
    if (!key) return fail("--jwt-public-key: " + key.error());
    keys.push_back(std::move(*key));
  }
  return keys;
}

}  // namespace signal_hub::adapters

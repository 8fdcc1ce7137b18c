#include "adapters/jwt/mac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "adapters/jwt/encoding.hpp"

namespace signal_hub::adapters {
namespace {

constexpr std::size_t mac_bytes = 16;

template <std::size_t N>
std::array<unsigned char, N> random_bytes() {
  std::array<unsigned char, N> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(N)) != 1) {
    throw std::runtime_error("the system's random generator does not work");
  }
  return bytes;
}

}  // namespace

std::string new_mac_key() {
  const auto bytes = random_bytes<32>();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

core::Mac make_mac(std::string key) {
  return [key = std::move(key)](std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &length);
    return encode_base64url({reinterpret_cast<const char*>(mac.data()), mac_bytes});
  };
}

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  for (const unsigned char byte : random_bytes<8>()) seed = (seed << 8U) | byte;
  return seed;
}

}  // namespace signal_hub::adapters

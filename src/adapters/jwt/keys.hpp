// The keys tokens are verified with, each pinned to exactly one algorithm (PROTOCOL.md §9).
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/settings.hpp"

namespace signal_hub::adapters {

struct FreePublicKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

/// One of both is set: `secret` of an HS key, `public_key` of an RS or ES key.
struct Key {
  std::string algorithm;  // exactly as it must stand in the header
  std::string kid;        // empty: matches any
  std::string secret;
  std::unique_ptr<EVP_PKEY, FreePublicKey> public_key;
};

/// Reads and parses the configured keys, once. A secret's trailing line ends are not part of it.
/// Errors: a sentence naming the flag and the file, without the full stop.
Result<std::vector<Key>> load_keys(const ServerSettings& settings);

}  // namespace signal_hub::adapters

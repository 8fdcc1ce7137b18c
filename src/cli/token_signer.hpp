// Signing tokens for development, with libjwt. Keys are held to what the hub demands of its own
// half, so that no token is made which no hub takes (PROTOCOL.md §9).
#pragma once

#include <string>

#include "base/result.hpp"

namespace signal_hub::cli {

struct SigningKey {
  std::string algorithm;  // HS256, HS384, HS512, RS256 or ES256
  std::string material;   // the secret, or PEM text
};

/// At least 32 bytes without the line ends at the end. Errors: a sentence naming the file.
Result<SigningKey> load_secret(const std::string& path, const std::string& algorithm);

/// An RSA key of at least 2048 bits or an EC key on P-256, not encrypted; it decides the algorithm.
/// Errors: a sentence naming the file.
Result<SigningKey> load_private_key(const std::string& path);

/// The compact token. `claims` is an object of JSON, `kid` may be empty.
Result<std::string> sign_token(const SigningKey& key, const std::string& claims,
                               const std::string& kid);

}  // namespace signal_hub::cli

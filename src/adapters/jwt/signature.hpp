// Signatures of compact tokens, judged by OpenSSL with keys parsed at the start.
//
// Not by libjwt, which parses the PEM text anew for every token: 0.3 ms of the loop's time for RSA
// where the signature itself takes 0.03 ms, and each unauthenticated client may try three times.
// It also takes the algorithm from the token, and compares in constant time only where patched.
#pragma once

#include <string_view>

#include "adapters/jwt/keys.hpp"

namespace signal_hub::adapters {

/// `signed_part` is the token up to its second dot, `signature` the decoded third part, whose form
/// is RFC 7518 §3.2 (HMAC), §3.3 (RSA PKCS #1 v1.5) or §3.4 (r and s, 32 bytes each).
bool signature_valid(const Key& key, std::string_view signed_part, std::string_view signature);

}  // namespace signal_hub::adapters

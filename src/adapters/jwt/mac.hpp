// HMAC-SHA256 for renewal tokens, and the system's random generator.
#pragma once

#include <cstdint>
#include <string>

#include "core/renewal_tokens.hpp"

namespace signal_hub::adapters {

/// The MAC is 22 characters of base64url (128 bits). The key is kept by the caller's database, or
/// new_mac_key() where there is none.
core::Mac make_mac(std::string key);

/// 32 random bytes.
std::string new_mac_key();

/// From the system's generator, not from the hub's.
std::uint64_t random_seed();

}  // namespace signal_hub::adapters

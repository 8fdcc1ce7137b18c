// HMAC-SHA256 with a key of this process, for renewal tokens.
#pragma once

#include <cstdint>

#include "core/renewal_tokens.hpp"

namespace signal_hub::adapters {

/// A new random key each time; the MAC is 22 characters of base64url (128 bits).
core::Mac make_mac();

/// From the system's generator, not from the hub's.
std::uint64_t random_seed();

}  // namespace signal_hub::adapters

// JSON Web Tokens behind core's question "whose token is this?" (PROTOCOL.md §9, RFC 7515, 7519).
//
// The algorithm comes from the key, never from the token; every claim is read with its type.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/settings.hpp"
#include "core/authenticator.hpp"

namespace signal_hub::adapters {

/// Loads the configured keys, a secret and public ones alike. Errors: a sentence naming the flag
/// and the file, without the full stop.
Result<std::unique_ptr<core::Authenticator>> make_authenticator(const ServerSettings& settings);

}  // namespace signal_hub::adapters

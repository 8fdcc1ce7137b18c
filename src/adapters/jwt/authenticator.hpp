// Tokens verified with libjwt, behind core's question "whose token is this?" (PROTOCOL.md §9).
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/settings.hpp"
#include "core/authenticator.hpp"

namespace signal_hub::adapters {

/// Loads the configured keys. Errors: a sentence naming the file.
Result<std::unique_ptr<core::Authenticator>> make_authenticator(const ServerSettings& settings);

}  // namespace signal_hub::adapters

// The claims of a token, read with a typed reader and judged (PROTOCOL.md §9).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "core/authenticator.hpp"

namespace signal_hub::adapters {

struct ClaimRules {
  std::string issuer;
  std::string audience;  // empty: not asked for
  Millis max_age{};
};

/// `payload` is the decoded JSON of a token whose signature was verified.
Result<core::Identity, core::AuthFailure> judge_claims(std::string_view payload,
                                                       const ClaimRules& rules, WallTime now);

}  // namespace signal_hub::adapters

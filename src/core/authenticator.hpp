// The one question core asks outward: whose token is this?
//
// PROTOCOL.md §9. A pure function of (token, now, keys): no I/O, no clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace signal_hub::core {

/// What a verified token says. Claims that core does not use are checked and dropped.
struct Identity {
  std::string address;  // canonical: `@(actorId)`
  std::string subject;
  WallTime expires_at;
  // Nullopt: the claim was absent, which grants all but admin, metrics and presence.
  std::optional<std::vector<std::string>> capabilities;
  std::vector<std::string> actors;  // globs over paths it may register besides its own and below
};

/// Why a token was refused; goes to the client as hub:unauthorized.
struct AuthFailure {
  enum class Kind { token_expired, invalid_token };  // metadata.errorCode
  Kind kind;
  std::string reason;  // for people; never contains the token
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;

  /// `token` is the bare JWT, without "bearer ".
  virtual Result<Identity, AuthFailure> verify(std::string_view token, Now now) const = 0;
};

}  // namespace signal_hub::core

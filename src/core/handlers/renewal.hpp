// Extending registrations, shared by register, renew and heartbeat.
#pragma once

#include <string>

#include "core/state.hpp"

namespace signal_hub::core {

/// The registration lasts another ttl from now; its token stays.
void extend(State& state, Actor& actor, Now now);

/// Extends, and replaces the renewal token: the one before stops working.
std::string renew(State& state, Actor& actor, Now now);

/// The token was issued for this registration and is in force; or, after a crash, may be the one
/// that was issued last.
bool token_matches(const State& state, const Actor& actor, std::string_view token);

/// The registered actor a token renews; invalid id if the token is unknown, old or expired.
ActorId holder_of(const State& state, std::string_view token);

}  // namespace signal_hub::core

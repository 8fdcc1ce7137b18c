// Extending registrations, shared by register, renew and heartbeat.
#pragma once

#include <string>

#include "core/state.hpp"

namespace signal_hub::core {

/// The registration lasts another ttl from now; its token stays.
void extend(State& state, Actor& actor, Now now);

/// Extends, and replaces the renewal token: the one before stops working.
std::string renew(State& state, Actor& actor, Now now);

/// The registered actor a token renews; invalid id if the token is unknown, old or expired.
ActorId holder_of(const State& state, std::string_view token);

}  // namespace signal_hub::core

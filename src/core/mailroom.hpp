// Mailroom: mailboxes as the hub counts them. Every message goes in and out through here.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/actor.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// The place of the next message among all that ever waited; never used again (the run number is
/// in its upper half).
std::uint64_t next_position(State& state);

/// At the end of the actor's mailbox, made if there is none.
void put_mail(State& state, Actor& actor, Held held);

/// Where its position belongs.
void put_mail_back(State& state, Actor& actor, Held held);

/// REQUIRES: actor.mail_waits().
Held take_first_mail(State& state, Actor& actor);

/// Nullopt: there is none at this position.
std::optional<Held> take_mail(State& state, Actor& actor, std::uint64_t position);

/// The oldest one that nobody was promised; nullopt if there is none.
std::optional<Held> take_unpromised_mail(State& state, Actor& actor);

/// Who is registered or dormant under this address; invalid id: nobody.
ActorId addressee(const State& state, std::string_view address);

}  // namespace signal_hub::core

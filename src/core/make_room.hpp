// Room in an actor's queues: bounded in messages and bytes, by one rule for all that waits for it
// (PROTOCOL.md §7, "Queues are bounded per actor").
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.hpp"
#include "core/actor.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// Makes room for a message of `bytes`: the oldest that nobody was promised go, then, if the actor
/// registered so, the oldest of the others, to the dead letters. False: there is no room.
bool make_room(State& state, Actor& actor, std::size_t bytes, Now now);

/// What the sender is told then.
Error queue_full(std::string_view target);

/// An at-most-once message goes; who asks for its receipt is told why there will be none.
void drop(State& state, const Actor& actor, const Held& held, DropReason reason, Now now);

/// drop(), or to the dead letters if it was promised.
void let_go(State& state, const Actor& actor, const Held& held, DropReason reason, Now now);

}  // namespace signal_hub::core

// Dead letters that an operator sees to while the hub runs (PROTOCOL.md §7).
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "core/journal_entries.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// `letter`, with its text, waits for its target again: as a new message, with a fresh count of
/// attempts and without its old expiry; in the same commit the dead letter goes. The error: nothing
/// was changed, for unknown_actor, queue_full or internal_error.
std::optional<Error> requeue(State& state, const StoredMessage& letter, Now now);

/// Forgets one.
void purge_dead_letter(State& state, std::uint64_t position, Now now);

}  // namespace signal_hub::core

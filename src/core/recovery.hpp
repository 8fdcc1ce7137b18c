// Recovery: the state a run before has left, put back before the first connection
// (DESIGN.md, durability contract).
#pragma once

#include <span>

#include "core/state.hpp"

namespace signal_hub::core {

/// All but the messages. REQUIRES: nothing has happened yet.
Restored restore(State& state, const Recovered& recovered, Now now);

/// Then the messages, a portion at a time, by position.
void restore_messages(State& state, std::span<const RecoveredMessage> messages, Restored& done,
                      Now now);

/// Then the end of what expired while the hub was down.
void finish_restore(State& state, Restored& done, Now now);

/// All actors, subscriptions and kept versions into the journal, which starts over.
void journal_everything(State& state, Now now);

}  // namespace signal_hub::core

// Recovery: the state a run before has left, put back before the first connection
// (DESIGN.md, durability contract).
#pragma once

#include "core/state.hpp"

namespace signal_hub::core {

/// REQUIRES: nothing has happened yet.
Restored restore(State& state, const Recovered& recovered, Now now);

/// All actors, subscriptions and kept versions into the journal, which starts over.
void journal_everything(State& state, Now now);

}  // namespace signal_hub::core

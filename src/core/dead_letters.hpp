// Dead letters: stored messages that will not be delivered (PROTOCOL.md §7).
#pragma once

#include <string_view>

#include "core/mailbox.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// The message moves to the dead letters; its sender is told when that is on disk.
/// REQUIRES: held.promised.
void bury(State& state, const Held& held, std::string_view target, std::string_view reason,
          Now now);

}  // namespace signal_hub::core

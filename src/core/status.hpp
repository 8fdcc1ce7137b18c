// Status: what is known of a stored message, from the store and from what is going on
// (PROTOCOL.md §7, hub:status).
#pragma once

#include <string_view>

#include "core/load.hpp"
#include "core/open_request.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// Answers hub:status for a message of `sender`; of anybody if it is empty.
void ask_status(State& state, OpenRequest request, std::string_view sender,
                std::string_view message_id, Now now);

void status_loaded(State& state, const StatusLoad& load, const Loaded& loaded, Now now);

}  // namespace signal_hub::core

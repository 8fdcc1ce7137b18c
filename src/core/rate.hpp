// What messages cost a session (PROTOCOL.md §6, "Rate limits").
#pragma once

#include <cstdint>

#include "core/open_request.hpp"
#include "core/session.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// Takes `cost` tokens. False after hub:rate_limited.
bool within_rate(State& state, Session& session, const OpenRequest& request, std::uint32_t cost,
                 Now now);

}  // namespace signal_hub::core

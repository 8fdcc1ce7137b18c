// Upkeep: what happens because time passes, queues grow or the hub stops.
#pragma once

#include "core/state.hpp"

namespace signal_hub::core {

/// Arms the housekeeping timer.
void start_upkeep(State& state, Now now);

/// Everything whose deadline has come.
void expire_due(State& state, Now now);

/// What one call left to do: slow consumers, the memory limit, farewells whose answers are paid.
void settle(State& state, Now now);

/// Tells every session that the hub stops.
void drain_sessions(State& state, Millis spread, Now now);

/// All figures at this moment.
Stats snapshot(const State& state, MonoTime now);

}  // namespace signal_hub::core

// A report of the hub's state for the log, of bounded length.
#pragma once

#include "base/time.hpp"

namespace signal_hub::core {

struct State;

/// One line of figures, and one for each of the sessions with the longest queues.
void report(State& state, Now now);

}  // namespace signal_hub::core

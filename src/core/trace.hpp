// Traces: what becomes of requests that carry metadata.traceId, as debug lines in the log.
#pragma once

#include <string_view>
#include <vector>

#include "core/effects.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// The request with this metadata (`{traceId, spanId}`, OpenRequest) is to be traced. The same
/// trace always is or never, whoever asks.
bool is_traced(const State& state, std::string_view metadata);

/// Logs a stage of it. REQUIRES: is_traced().
void trace(State& state, std::string_view metadata, std::string_view stage,
           std::vector<Event::Field> fields);

}  // namespace signal_hub::core

// Core's events as log lines.
#pragma once

#include <vector>

#include "app/log.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"

namespace signal_hub::app {

Level level_of(core::Severity severity);

void log_event(Logger& logger, const core::Event& event, WallTime at);

}  // namespace signal_hub::app

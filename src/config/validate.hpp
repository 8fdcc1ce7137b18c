// What the settings must satisfy together.
#pragma once

#include <optional>
#include <string>

#include "base/settings.hpp"

namespace signal_hub::config {

/// Nullopt: they fit. Otherwise a sentence naming the settings and what to change. Derives
/// hub.auth.
std::optional<std::string> validate(Settings& settings);

}  // namespace signal_hub::config

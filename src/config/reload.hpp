// What a reload may change while the hub serves.
#pragma once

#include <string>
#include <vector>

#include "base/settings.hpp"

namespace signal_hub::config {

/// Puts back into `fresh` what only a restart can change, and names those options, in the table's
/// order. Keys and certificates may be replaced, but authentication and TLS are neither turned on
/// nor off.
std::vector<std::string> keep_frozen(const Settings& running, Settings& fresh);

}  // namespace signal_hub::config

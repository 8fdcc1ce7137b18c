// This process as the kernel sees it.
#pragma once

#include "app/process.hpp"

namespace signal_hub::adapters {

/// Reads /proc/self; what cannot be read stays 0.
app::ProcessFigures read_process();

}  // namespace signal_hub::adapters

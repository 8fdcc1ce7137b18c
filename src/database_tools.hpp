// The commands' view of the database adapter.
#pragma once

#include "cli/database_tools.hpp"

namespace signal_hub {

cli::DatabaseTools database_tools();

}  // namespace signal_hub

// signal-hub dead-letters requeue and purge, done by the hub that has the database.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "app/dead_letters.hpp"
#include "base/time.hpp"
#include "cli/admin_client.hpp"

namespace signal_hub::cli {

/// `verb`: requeue or purge. Repeats while the hub says that there are more. Returns the exit code.
int change_in_hub(const AdminOptions& door, const std::string& verb,
                  const app::DeadLetterChoice& choice, WallTime now, std::ostream& out,
                  std::ostream& err);

}  // namespace signal_hub::cli

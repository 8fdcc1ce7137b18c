// The messages a start finds: those that wait, and the reliable ones whose ids are still
// remembered.
#pragma once

#include <SQLiteCpp/Database.h>

#include "base/time.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

/// Gives them to `into` in portions, by position, holding one portion at a time. The waiting ones
/// nobody was promised are out of the database when this returns: at most once, whatever becomes of
/// them now. Finished ones accepted before `remembered_since` are left out.
/// Throws SQLite::Exception; then they are all still there. REQUIRES: migrated.
void recover_messages(SQLite::Database& db, core::RecoveredMessages& into,
                      WallTime remembered_since);

}  // namespace signal_hub::adapters

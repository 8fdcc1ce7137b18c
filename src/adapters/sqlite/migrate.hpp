// Brings a database to the schema of this build.
#pragma once

#include <SQLiteCpp/Database.h>

#include <span>

#include "adapters/sqlite/migrations.hpp"

namespace signal_hub::adapters {

/// Those of `all` that a database with that schema lacks.
std::span<const Migration> pending(std::span<const Migration> all, int schema);

/// Each in its own transaction together with the schema number, so that a crash leaves a database
/// between two migrations and never inside one. Returns the schema it found.
/// Throws SQLite::Exception; the migrations before the failed one are kept.
int migrate(SQLite::Database& db, std::span<const Migration> all);

}  // namespace signal_hub::adapters

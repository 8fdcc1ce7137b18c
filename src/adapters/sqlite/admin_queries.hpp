// What the administration API asks of the database, as SQL.
#pragma once

#include <SQLiteCpp/Database.h>

#include "app/archive.hpp"

namespace signal_hub::adapters {

/// One question, in one read transaction. Throws SQLite::Exception.
app::ArchiveAnswer answer_query(SQLite::Database& db, const app::ArchiveQuery& query);

}  // namespace signal_hub::adapters

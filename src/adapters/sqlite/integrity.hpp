// Looks for damage in a database, the whole file or until it is told to stop.
#pragma once

#include <SQLiteCpp/Database.h>

#include <atomic>
#include <optional>
#include <string>

namespace signal_hub::adapters {

/// Nullopt: none was found. Else what is wrong, without the end of a sentence. Throws
/// SQLite::Exception if the file cannot be read.
std::optional<std::string> damage_in(SQLite::Database& db);

/// The same on a connection of its own, for a worker. Never throws; what cannot be read counts as
/// damage only if SQLite says so. Ends early, with nothing found, once `stop` is true.
std::optional<std::string> damage_in(const std::string& path, const std::atomic<bool>& stop);

}  // namespace signal_hub::adapters

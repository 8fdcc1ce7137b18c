// Connections to the database file, each with the pragmas of its use.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace signal_hub::adapters {

/// In the file's header; `file` shows it. The letters "SHub".
inline constexpr std::int32_t hub_application_id = 0x53487562;

/// How long a statement on a worker waits for somebody else's lock.
inline constexpr int busy_timeout_ms = 1000;

// All of these throw SQLite::Exception.

/// Commits; never checkpoints by itself. Creates the file if there is none.
SQLite::Database open_writer(const std::string& path, bool full_durability);

/// Checkpoints, and never waits for a lock.
SQLite::Database open_checkpointer(const std::string& path);

/// Never changes the file, the write-ahead log included.
SQLite::Database open_reader(const std::string& path);

/// A pragma's value.
std::int64_t pragma_number(SQLite::Database& db, const std::string& name);

/// The file, absolute and without links, so that one database has one name. What does not exist yet
/// stays as it was given.
std::string resolved(const std::string& path);

/// Where the write-ahead log of a database is.
inline std::string wal_path(const std::string& path) { return path + "-wal"; }

/// Bytes of the write-ahead log; 0 if there is none. Does not open it.
std::uint64_t wal_bytes(const std::string& path);

/// Makes the last folder of the path (0750) where there is none. Errors: a sentence without its
/// end.
Result<bool> create_folder(const std::string& path);

/// Makes an empty file (0640, whatever the umask) where there is none.
/// REQUIRES: this process has no connection to it: closing the file would drop SQLite's locks.
/// Errors: a sentence without its end.
Result<bool> create_file(const std::string& path);

}  // namespace signal_hub::adapters

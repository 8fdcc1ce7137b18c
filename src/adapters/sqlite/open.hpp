// From a path to a store that serves: lock, inspect, migrate, recover.
#pragma once

#include <SQLiteCpp/Database.h>
#include <uv.h>

#include <memory>
#include <string>

#include "adapters/sqlite/lock.hpp"
#include "adapters/sqlite/options.hpp"
#include "adapters/sqlite/store.hpp"
#include "base/result.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

struct OpenedStore {
  std::unique_ptr<SqliteStore> store;
  core::Recovered recovered;
  std::string mac_key;  // of renewal tokens; 32 bytes
};

/// Errors: a sentence without its end that names the file, what is wrong and what to do. A file
/// that is refused is as it was.
Result<OpenedStore> open_store(uv_loop_t* loop, const SqliteOptions& options, WallTime now);

/// The file locked, known to be ours and at this build's schema.
struct PreparedDatabase {
  std::string path;  // without links
  FileLock lock;
  SQLite::Database db;
  int schema_found;  // before it was migrated; 0: it is new
  bool checked;      // for damage
};

/// The first part of open_store(); the same errors.
Result<PreparedDatabase> prepare_database(const SqliteOptions& options);

}  // namespace signal_hub::adapters

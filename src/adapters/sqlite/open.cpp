#include "adapters/sqlite/open.hpp"

#include <exception>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/fault.hpp"
#include "adapters/sqlite/inspect.hpp"
#include "adapters/sqlite/migrate.hpp"
#include "adapters/sqlite/recovery.hpp"
#include "adapters/sqlite/upkeep.hpp"

namespace signal_hub::adapters {
namespace {

Failed<std::string> unusable(const std::string& path, const std::string& reason) {
  return fail("cannot use the database " + path + ": " + reason +
              "; see to it, or give another file with --db");
}

/// What a crash has left in the log can be read, but the disk may have refused it: after a sync
/// that failed the system keeps such pages only until it needs the memory, and commits that are
/// appended to them would go with them. As in Writer::settle(). A disk that refuses again changes
/// nothing.
void distrust_log(const std::string& path) {
  if (wal_bytes(path) > 0) Upkeep(path).cut();
}

}  // namespace

Result<PreparedDatabase> prepare_database(const SqliteOptions& options) {
  const std::string path = resolved(options.path);
  if (auto folder = create_folder(path); !folder) return fail(folder.error());
  auto lock = FileLock::take(path);
  if (!lock) return fail(lock.error());
  const auto found = inspect(path, options.checked_before_start);
  if (!found) return fail(found.error());
  if (!found->exists) {
    if (const auto created = create_file(path); !created) return fail(created.error());
  }
  try {
    SQLite::Database db = open_writer(path, options.full_durability);
    const int schema = migrate(db, migrations());
    return PreparedDatabase{path, std::move(*lock), std::move(db), schema, found->checked};
  } catch (const SQLite::Exception& error) {
    return unusable(path, fault_of(error).reason);
  }
}

Result<OpenedStore> open_store(uv_loop_t* loop, const SqliteOptions& options, WallTime now) {
  auto prepared = prepare_database(options);
  if (!prepared) return fail(prepared.error());
  SqliteOptions settled = options;
  settled.path = prepared->path;
  try {
    OpenedStore opened;
    distrust_log(settled.path);
    opened.recovered = recover(prepared->db, settled.kept.receipt_ttl, now);
    opened.mac_key = mac_key(prepared->db);
    opened.store = std::make_unique<SqliteStore>(loop, settled, std::move(prepared->lock),
                                                 std::move(prepared->db));
    if (!prepared->checked) opened.store->search_for_damage();
    return opened;
  } catch (const SQLite::Exception& error) {
    return unusable(settled.path, fault_of(error).reason);
  } catch (const std::exception& error) {
    return unusable(settled.path, error.what());
  }
}

}  // namespace signal_hub::adapters

#include "adapters/sqlite/open.hpp"

#include <exception>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/fault.hpp"
#include "adapters/sqlite/inspect.hpp"
#include "adapters/sqlite/migrate.hpp"
#include "adapters/sqlite/recovery.hpp"

namespace signal_hub::adapters {
namespace {

Failed<std::string> unusable(const std::string& path, const std::string& reason) {
  return fail("cannot use the database " + path + ": " + reason +
              "; see to it, or give another file with --db");
}

}  // namespace

Result<PreparedDatabase> prepare_database(const std::string& given, bool full_durability) {
  const std::string path = resolved(given);
  if (auto folder = create_folder(path); !folder) return fail(folder.error());
  auto lock = FileLock::take(path);
  if (!lock) return fail(lock.error());
  const auto found = inspect(path);
  if (!found) return fail(found.error());
  if (!found->exists) {
    if (const auto created = create_file(path); !created) return fail(created.error());
  }
  try {
    SQLite::Database db = open_writer(path, full_durability);
    const int schema = migrate(db, migrations());
    return PreparedDatabase{path, std::move(*lock), std::move(db), schema};
  } catch (const SQLite::Exception& error) {
    return unusable(path, fault_of(error).reason);
  }
}

Result<OpenedStore> open_store(uv_loop_t* loop, const SqliteOptions& options, WallTime now) {
  auto prepared = prepare_database(options.path, options.full_durability);
  if (!prepared) return fail(prepared.error());
  SqliteOptions settled = options;
  settled.path = prepared->path;
  try {
    OpenedStore opened;
    opened.recovered = recover(prepared->db, now);
    opened.mac_key = mac_key(prepared->db);
    opened.store = std::make_unique<SqliteStore>(loop, settled, std::move(prepared->lock),
                                                 std::move(prepared->db));
    return opened;
  } catch (const SQLite::Exception& error) {
    return unusable(settled.path, fault_of(error).reason);
  } catch (const std::exception& error) {
    return unusable(settled.path, error.what());
  }
}

}  // namespace signal_hub::adapters

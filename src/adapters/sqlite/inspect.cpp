#include "adapters/sqlite/inspect.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/fault.hpp"
#include "adapters/sqlite/integrity.hpp"
#include "adapters/sqlite/migrations.hpp"

namespace signal_hub::adapters {
namespace {

std::string hex(std::int64_t number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(number));
  return text.data();
}

std::string foreign(const std::string& path, const std::string& what) {
  return path + " is a database of another program (" + what +
         "); it was not touched; give another file with --db";
}

std::string damaged(const std::string& path, const std::string& what) {
  return path + " is damaged (" + what +
         "); it was not touched; restore a backup, or read what is left with: sqlite3 " + path +
         " .recover";
}

Result<Inspection> judge(SQLite::Database& db, const std::string& path, bool small) {
  const std::int64_t application = pragma_number(db, "application_id");
  const auto schema = static_cast<int>(pragma_number(db, "user_version"));
  const bool empty = db.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (empty && application == 0 && schema == 0) return Inspection{true, 0};
  if (application != hub_application_id) {
    return fail(foreign(
        path, "its application_id is " + hex(application) + ", not " + hex(hub_application_id)));
  }
  const auto newest = static_cast<int>(migrations().size());
  if (schema > newest) {
    return fail(path + " was written by a newer signal-hub (its schema is " +
                std::to_string(schema) + ", this one knows " + std::to_string(newest) +
                "); it was not touched; run that version, or restore a backup made before it");
  }
  if (!small && schema == newest) return Inspection{true, schema, false};
  if (const auto damage = damage_in(db)) return fail(damaged(path, *damage));
  return Inspection{true, schema};
}

Result<Inspection> explain(const std::string& path, const SQLite::Exception& error) {
  const Fault fault = fault_of(error);
  const int code = code_of(error);
  // It died while it made the file, before the first write-ahead log: opening it rolls that back.
  if (code == SQLITE_READONLY_ROLLBACK) return Inspection{true, 0};
  if ((code & 0xff) == SQLITE_NOTADB) {
    return fail(path +
                " is not an SQLite database; it was not touched; move it away or give "
                "another file with --db");
  }
  if ((code & 0xff) == SQLITE_CORRUPT) return fail(damaged(path, fault.reason));
  return fail("cannot read " + path + ": " + fault.reason + "; give another file with --db");
}

}  // namespace

Result<Inspection> inspect(const std::string& path, std::uint64_t checked_bytes) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0 && errno == ENOENT) return Inspection{};
  if (S_ISDIR(found.st_mode)) return fail(path + " is a folder; give a file with --db");
  try {
    SQLite::Database db = open_reader(path);
    return judge(db, path, static_cast<std::uint64_t>(found.st_size) <= checked_bytes);
  } catch (const SQLite::Exception& error) {
    return explain(path, error);
  }
}

}  // namespace signal_hub::adapters

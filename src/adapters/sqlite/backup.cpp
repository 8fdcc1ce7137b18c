#include "adapters/sqlite/backup.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <system_error>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/fault.hpp"
#include "adapters/sqlite/inspect.hpp"

namespace signal_hub::adapters {
namespace {

Failed<BackupFault> of_database(const std::string& sentence) {
  return fail(BackupFault{sentence, true});
}

Failed<BackupFault> of_copy(const std::string& sentence) {
  return fail(BackupFault{sentence, false});
}

/// Removes a copy that was not finished.
class Unfinished {
 public:
  explicit Unfinished(std::string file) : file_(std::move(file)) {}
  ~Unfinished() {
    std::error_code ignored;
    if (!file_.empty()) std::filesystem::remove(file_, ignored);
    if (!file_.empty()) std::filesystem::remove(file_ + "-journal", ignored);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  void finished() { file_.clear(); }

 private:
  std::string file_;
};

/// In one step: a copy in several begins anew whenever the hub commits. Throws SQLite::Exception.
std::string copy(SQLite::Database& from, const std::string& file) {
  SQLite::Database to(file, SQLite::OPEN_READWRITE, busy_timeout_ms);
  to.exec("PRAGMA synchronous = FULL");
  SQLite::Backup(to, from).executeStep(-1);
  // One file, which can be read where nothing can be written.
  to.exec("PRAGMA journal_mode = DELETE");
  return to.execAndGet("PRAGMA integrity_check(1)").getString();
}

}  // namespace

Result<std::uint64_t, BackupFault> back_up(const std::string& database, const std::string& given) {
  const std::string path = resolved(database);
  const std::string file = std::filesystem::absolute(given).string();
  const auto found = inspect(path);
  if (!found) return of_database(found.error());
  if (!found->exists) return of_database("there is no database " + path + "; name it with --db");
  const auto created = create_file(file);
  if (!created) return of_copy("cannot create " + file);
  if (!*created) return of_copy(file + " exists and is not overwritten; name another file");
  Unfinished unfinished(file);
  try {
    SQLite::Database source = open_reader(path);
    const std::string verdict = copy(source, file);
    if (verdict != "ok") return of_database("the copy of " + path + " is damaged: " + verdict);
  } catch (const SQLite::Exception& error) {
    return of_copy("cannot copy " + path + " to " + file + ": " + fault_of(error).reason);
  }
  unfinished.finished();
  return static_cast<std::uint64_t>(std::filesystem::file_size(file));
}

}  // namespace signal_hub::adapters

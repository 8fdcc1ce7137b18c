#include "adapters/sqlite/database.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace signal_hub::adapters {
namespace {

constexpr mode_t file_mode = 0640;
constexpr mode_t folder_mode = 0750;

std::string because(const std::string& what) {
  return what + ": " + std::strerror(errno) + "; give another place with --db";
}

}  // namespace

SQLite::Database open_writer(const std::string& path, bool full_durability) {
  // One thread at a time, which SQLite then need not see to.
  const int flags = SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX;
  SQLite::Database db(path, flags, busy_timeout_ms);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec(full_durability ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  db.exec("PRAGMA wal_autocheckpoint = 0");
  db.exec("PRAGMA trusted_schema = OFF");
  db.exec("PRAGMA cache_size = -4096");
  // What is deleted is overwritten where it costs no page; where the library is built to overwrite
  // all, every message that ends would cost its page once more.
  db.exec("PRAGMA secure_delete = FAST");
  return db;
}

SQLite::Database open_checkpointer(const std::string& path) {
  SQLite::Database db(path, SQLite::OPEN_READWRITE, 0);
  db.exec("PRAGMA synchronous = FULL");
  db.exec("PRAGMA wal_autocheckpoint = 0");
  return db;
}

SQLite::Database open_reader(const std::string& path) {
  SQLite::Database db(path, SQLite::OPEN_READONLY, busy_timeout_ms);
  db.exec("PRAGMA query_only = ON");
  db.exec("PRAGMA trusted_schema = OFF");
  db.exec("PRAGMA cache_size = -1024");  // rows are read once
  return db;
}

std::int64_t pragma_number(SQLite::Database& db, const std::string& name) {
  return db.execAndGet("PRAGMA " + name).getInt64();
}

std::string resolved(const std::string& path) {
  std::error_code error;
  const auto canonical = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
  return error ? path : canonical.string();
}

std::uint64_t wal_bytes(const std::string& path) {
  struct stat found {};
  if (stat(wal_path(path).c_str(), &found) != 0) return 0;
  return static_cast<std::uint64_t>(found.st_size);
}

Result<bool> create_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (std::filesystem::is_directory(folder)) return false;
  if (mkdir(folder.c_str(), folder_mode) == 0) return true;
  return fail(because("cannot create the folder " + folder));
}

Result<bool> create_file(const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file_mode);
  if (fd < 0 && errno == EEXIST) return false;
  if (fd < 0) return fail(because("cannot create " + path));
  const bool made = fchmod(fd, file_mode) == 0;
  ::close(fd);
  if (!made) return fail(because("cannot set the mode of " + path));
  return true;
}

}  // namespace signal_hub::adapters

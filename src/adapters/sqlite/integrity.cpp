#include "adapters/sqlite/integrity.hpp"

#include <SQLiteCpp/Column.h>
#include <sqlite3.h>

#include <exception>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/fault.hpp"

namespace signal_hub::adapters {
namespace {

constexpr int steps_between_looks = 10'000;

struct Stop {
  const std::atomic<bool>& wanted;
};

int stop_wanted(void* stop) { return static_cast<const Stop*>(stop)->wanted ? 1 : 0; }

}  // namespace

std::optional<std::string> damage_in(SQLite::Database& db) {
  const std::string verdict = db.execAndGet("PRAGMA quick_check(1)").getString();
  if (verdict == "ok") return std::nullopt;
  return verdict.substr(0, verdict.find('\n'));
}

std::optional<std::string> damage_in(const std::string& path, const std::atomic<bool>& stop) {
  try {
    Stop look{stop};
    SQLite::Database db = open_reader(path);
    sqlite3_progress_handler(db.getHandle(), steps_between_looks, stop_wanted, &look);
    return damage_in(db);
  } catch (const SQLite::Exception& error) {
    if (stop) return std::nullopt;
    const int primary = code_of(error) & 0xff;
    if (primary != SQLITE_CORRUPT && primary != SQLITE_NOTADB) return std::nullopt;
    return fault_of(error).reason;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace signal_hub::adapters

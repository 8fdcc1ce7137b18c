#include "adapters/sqlite/migrate.hpp"

#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <string>

#include "adapters/sqlite/database.hpp"

namespace signal_hub::adapters {

std::span<const Migration> pending(std::span<const Migration> all, int schema) {
  return all.subspan(std::min(all.size(), static_cast<std::size_t>(schema)));
}

int migrate(SQLite::Database& db, std::span<const Migration> all) {
  const auto schema = static_cast<int>(pragma_number(db, "user_version"));
  for (const Migration& migration : pending(all, schema)) {
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    db.exec(std::string(migration.sql));
    db.exec("PRAGMA application_id = " + std::to_string(hub_application_id));
    db.exec("PRAGMA user_version = " + std::to_string(migration.number));
    transaction.commit();
  }
  return schema;
}

}  // namespace signal_hub::adapters

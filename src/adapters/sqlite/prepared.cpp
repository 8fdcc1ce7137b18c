#include "adapters/sqlite/prepared.hpp"

#include <sqlite3.h>

namespace signal_hub::adapters {

void Prepared::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Prepared::Prepared(SQLite::Database& db, std::string_view sql) : db_(db) {
  sqlite3_stmt* made = nullptr;
  check(sqlite3_prepare_v3(db.getHandle(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &made, nullptr));
  statement_.reset(made);
}

void Prepared::check(int code) {
  if (code != SQLITE_OK) throw SQLite::Exception(db_.getHandle(), code);
}

Prepared& Prepared::bind(int index, std::int64_t number) {
  check(sqlite3_bind_int64(statement_.get(), index, number));
  return *this;
}

Prepared& Prepared::bind(int index, std::string_view text) {
  // A null pointer would be NULL instead of an empty text.
  check(sqlite3_bind_text64(statement_.get(), index, text.empty() ? "" : text.data(), text.size(),
                            SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Prepared& Prepared::bind(int index, std::optional<WallTime> time) {
  if (time) return bind(index, epoch_ms(*time));
  check(sqlite3_bind_null(statement_.get(), index));
  return *this;
}

std::int64_t Prepared::run() {
  ResetAtEnd at_end(*this);
  while (step()) {
  }
  return sqlite3_changes64(db_.getHandle());
}

bool Prepared::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  const SQLite::Exception error(db_.getHandle(), code);
  reset();
  throw SQLite::Exception(error);
}

void Prepared::reset() noexcept { sqlite3_reset(statement_.get()); }

std::int64_t Prepared::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Prepared::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const int bytes = sqlite3_column_bytes(statement_.get(), column);
  return text == nullptr ? std::string_view()
                         : std::string_view(text, static_cast<std::size_t>(bytes));
}

std::optional<WallTime> Prepared::optional_time(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return time(column);
}

}  // namespace signal_hub::adapters

#include "adapters/sqlite/admin_queries.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>

#include "adapters/sqlite/rows.hpp"

namespace signal_hub::adapters {
namespace {

// Of one message id there may be many rows when it was published.
constexpr int messages_most = 1000;

constexpr const char* dead_columns =
    "position, target, sender, message_id,"
    " CASE WHEN json_valid(message) THEN json_extract(message, '$.type') END,"
    " accepted_at, expires_at, bytes, reason, dead_at";

constexpr const char* waiting_columns =
    "position, target, sender, message_id,"
    " CASE WHEN json_valid(message) THEN json_extract(message, '$.type') END,"
    " accepted_at, expires_at, bytes";

std::optional<WallTime> time_in(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return WallTime{Millis{column.getInt64()}};
}

std::optional<std::string> text_in(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return column.getString();
}

/// The columns that both tables have, in the order of waiting_columns.
app::ArchivedMessage read_common(SQLite::Statement& row) {
  app::ArchivedMessage m;
  m.position = static_cast<std::uint64_t>(row.getColumn(0).getInt64());
  m.target = row.getColumn(1).getString();
  m.sender = row.getColumn(2).getString();
  m.message_id = row.getColumn(3).getString();
  m.type = text_in(row.getColumn(4));
  m.accepted_at = WallTime{Millis{row.getColumn(5).getInt64()}};
  m.expires_at = time_in(row.getColumn(6));
  m.bytes = static_cast<std::uint64_t>(row.getColumn(7).getInt64());
  return m;
}

app::ArchivedMessage read_dead(SQLite::Statement& row) {
  app::ArchivedMessage m = read_common(row);
  m.state = "dead_lettered";
  m.reason = row.getColumn(8).getString();
  m.ended_at = time_in(row.getColumn(9));
  return m;
}

/// A filter's glob as SQLite's: there `?` and `[` mean something too.
std::string sql_glob(const std::string& pattern) {
  std::string out;
  for (const char c : pattern) {
    if (c == '?' || c == '[') {
      out.append("[").append(1, c).append("]");
    } else {
      out += c;
    }
  }
  return out;
}

app::ArchiveAnswer answer(SQLite::Database& db, const app::ListDeadLetters& q) {
  SQLite::Statement rows(db, std::string("SELECT ") + dead_columns +
                                 " FROM dead_letters WHERE position < ?1"
                                 " AND (?2 = '' OR target GLOB ?2) AND (?3 = '' OR reason = ?3)"
                                 " AND dead_at <= ?4 AND dead_at > ?5"
                                 " ORDER BY position DESC LIMIT ?6");
  rows.bind(1, q.below ? stored(*q.below) : INT64_MAX);
  rows.bind(2, sql_glob(q.filter.target));
  rows.bind(3, q.filter.reason);
  rows.bind(4, q.filter.dead_until ? epoch_ms(*q.filter.dead_until) : INT64_MAX);
  rows.bind(5, q.filter.dead_after ? epoch_ms(*q.filter.dead_after) : INT64_MIN);
  rows.bind(6, static_cast<std::int64_t>(q.limit) + 1);
  app::ArchiveAnswer found;
  while (rows.executeStep()) {
    if (found.messages.size() == q.limit) {
      found.more = true;
      break;
    }
    found.messages.push_back(read_dead(rows));
  }
  return found;
}

app::ArchiveAnswer answer(SQLite::Database& db, const app::FindDeadLetter& q) {
  SQLite::Statement row(db, std::string("SELECT ") + dead_columns +
                                ", CASE WHEN json_valid(message) THEN message END"
                                " FROM dead_letters WHERE position = ?");
  row.bind(1, stored(q.position));
  app::ArchiveAnswer found;
  if (!row.executeStep()) return found;
  found.messages.push_back(read_dead(row));
  found.messages.back().message = text_in(row.getColumn(10));
  return found;
}

app::ArchiveAnswer answer(SQLite::Database& db, const app::FindMessage& q) {
  const std::string where =
      " WHERE message_id = ?1 AND (?2 = '' OR sender = ?2) ORDER BY position LIMIT ?3";
  app::ArchiveAnswer found;
  const auto ask = [&](const std::string& select, auto read) {
    SQLite::Statement rows(db, select + where);
    rows.bind(1, q.message_id);
    rows.bind(2, q.sender);
    rows.bind(3, messages_most);
    while (rows.executeStep()) found.messages.push_back(read(rows));
  };
  ask(std::string("SELECT ") + waiting_columns + " FROM messages", [](SQLite::Statement& row) {
    app::ArchivedMessage m = read_common(row);
    m.state = "queued";
    return m;
  });
  ask(std::string("SELECT ") + dead_columns + " FROM dead_letters", read_dead);
  return found;
}

app::ArchiveAnswer answer(SQLite::Database& db, const app::OldestWaiting& q) {
  SQLite::Statement oldest(db, "SELECT min(accepted_at) FROM messages WHERE target = ?");
  app::ArchiveAnswer found;
  for (const std::string& target : q.targets) {
    oldest.bind(1, target);
    if (oldest.executeStep()) {
      if (const auto at = time_in(oldest.getColumn(0))) found.oldest.emplace_back(target, *at);
    }
    oldest.reset();
  }
  return found;
}

}  // namespace

app::ArchiveAnswer answer_query(SQLite::Database& db, const app::ArchiveQuery& query) {
  SQLite::Transaction together(db);
  return std::visit([&db](const auto& q) { return answer(db, q); }, query);
}

}  // namespace signal_hub::adapters

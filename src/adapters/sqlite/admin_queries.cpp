#include "adapters/sqlite/admin_queries.hpp"

#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <set>
#include <string>

#include "adapters/sqlite/prepared.hpp"
#include "adapters/sqlite/rows.hpp"
#include "adapters/sqlite/stored_messages.hpp"
#include "app/stories.hpp"
#include "base/string_map.hpp"
#include "wire/json_check.hpp"

namespace signal_hub::adapters {
namespace {

// Of one message id there may be many rows when it was published.
constexpr std::int64_t messages_most = 1000;

const std::string dead_sql = with_type_and_bytes(select_dead(WithText::no));

app::ArchivedMessage read_archived(const Prepared& row) {
  app::ArchivedMessage m = app::archived(read_stored(row));
  m.bytes = static_cast<std::uint64_t>(row.number(bytes_column));
  const std::string_view type = row.text(type_column);
  if (!type.empty()) m.type = std::string(type);
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
  const std::string target = sql_glob(q.filter.target);
  Prepared rows(db, dead_sql +
                        " WHERE position < ?1"
                        " AND (?2 = '' OR target GLOB ?2) AND (?3 = '' OR reason = ?3)"
                        " AND dead_at <= ?4 AND dead_at > ?5"
                        " ORDER BY position DESC LIMIT ?6");
  rows.bind(1, q.below ? stored(*q.below) : INT64_MAX)
      .bind(2, std::string_view(target))
      .bind(3, std::string_view(q.filter.reason))
      .bind(4, q.filter.dead_until ? epoch_ms(*q.filter.dead_until) : INT64_MAX)
      .bind(5, q.filter.dead_after ? epoch_ms(*q.filter.dead_after) : INT64_MIN)
      .bind(6, static_cast<std::int64_t>(q.limit) + 1);
  app::ArchiveAnswer found;
  while (!found.more && rows.step()) {
    found.more = found.messages.size() == q.limit;
    if (!found.more) found.messages.push_back(read_archived(rows));
  }
  return found;
}

app::ArchiveAnswer answer(SQLite::Database& db, const app::FindDeadLetter& q) {
  Prepared row(db, with_type_and_bytes(select_dead(WithText::yes)) + " WHERE position = ?1");
  app::ArchiveAnswer found;
  if (!row.bind(1, stored(q.position)).step()) return found;
  found.messages.push_back(read_archived(row));
  std::string text = message_opening + read_stored(row).tail;
  if (wire::check_grammar(text) == wire::JsonVerdict::valid) {
    found.messages.back().message = std::move(text);
  }
  return found;
}

app::ArchiveAnswer answer(SQLite::Database& db, const app::ChooseDeadLetters& q) {
  const std::string target = sql_glob(q.filter.target);
  const std::set<std::uint64_t> named(q.positions.begin(), q.positions.end());
  Prepared rows(db, select_dead(WithText::yes) +
                        " WHERE position BETWEEN ?1 AND ?2"
                        " AND (?3 = '' OR target GLOB ?3) AND (?4 = '' OR reason = ?4)"
                        " AND dead_at <= ?5 AND dead_at > ?6 ORDER BY position");
  rows.bind(1, named.empty() ? INT64_MIN : stored(*named.begin()))
      .bind(2, named.empty() ? INT64_MAX : stored(*named.rbegin()))
      .bind(3, std::string_view(target))
      .bind(4, std::string_view(q.filter.reason))
      .bind(5, q.filter.dead_until ? epoch_ms(*q.filter.dead_until) : INT64_MAX)
      .bind(6, q.filter.dead_after ? epoch_ms(*q.filter.dead_after) : INT64_MIN);
  app::ArchiveAnswer found;
  while (!found.more && rows.step()) {
    core::StoredMessage letter = read_stored(rows);
    if (!named.empty() && !named.contains(letter.position)) continue;
    found.more = found.letters.size() == q.limit;
    if (!found.more) found.letters.push_back(std::move(letter));
  }
  return found;
}

app::ArchiveAnswer answer(SQLite::Database& db, const app::FindMessage& q) {
  const std::string where =
      " WHERE message_id = ?1 AND (?2 = '' OR sender = ?2) ORDER BY position LIMIT ?3";
  app::ArchiveAnswer found;
  std::set<std::uint64_t> known;
  const auto ask = [&](const std::string& select, auto read) {
    Prepared rows(db, select + where);
    rows.bind(1, std::string_view(q.message_id))
        .bind(2, std::string_view(q.sender))
        .bind(3, messages_most);
    while (rows.step()) {
      app::ArchivedMessage m = read(rows);
      if (known.insert(m.position).second) found.messages.push_back(std::move(m));
    }
  };
  ask(with_type_and_bytes(select_waiting(WithText::no)), read_archived);
  ask(dead_sql, read_archived);
  ask(select_finished(), [](const Prepared& row) { return app::archived(read_stored(row)); });
  std::sort(found.messages.begin(), found.messages.end(),
            [](const auto& a, const auto& b) { return a.position < b.position; });
  return found;
}

/// In the order of acceptance, until each has been met.
app::ArchiveAnswer answer(SQLite::Database& db, const app::OldestWaiting& q) {
  Prepared rows(db, "SELECT target, accepted_at FROM messages ORDER BY position");
  const StringSet wanted(q.targets.begin(), q.targets.end());
  StringMap<WallTime> oldest;
  while (oldest.size() < wanted.size() && rows.step()) {
    if (wanted.contains(rows.text(0))) oldest.try_emplace(std::string(rows.text(0)), rows.time(1));
  }
  app::ArchiveAnswer found;
  for (const std::string& target : q.targets) {
    const auto at = oldest.find(target);
    if (at != oldest.end()) found.oldest.emplace_back(target, at->second);
  }
  return found;
}

}  // namespace

app::ArchiveAnswer answer_query(SQLite::Database& db, const app::ArchiveQuery& query) {
  SQLite::Transaction together(db);
  return std::visit([&db](const auto& q) { return answer(db, q); }, query);
}

}  // namespace signal_hub::adapters

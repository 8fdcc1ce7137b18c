#include "adapters/sqlite/recovery.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "adapters/sqlite/rows.hpp"
#include "adapters/sqlite/statements.hpp"
#include "core/position.hpp"

namespace signal_hub::adapters {
namespace {

constexpr std::size_t mac_key_bytes = 32;
constexpr const char* mac_key_name = "renewal_token_key";

/// Reads all rows of `sql` with `read`.
template <class Row, class Read>
std::vector<Row> rows(SQLite::Database& db, const std::string& table, const std::string& sql,
                      Read read) {
  std::vector<Row> out;
  const auto count = db.execAndGet("SELECT count(*) FROM " + table).getInt64();
  out.reserve(static_cast<std::size_t>(count));
  SQLite::Statement statement(db, sql);
  while (statement.executeStep()) out.push_back(read(statement));
  return out;
}

/// The last run that has positions of its own; one of more than four billion messages has used
/// those of the next.
std::uint64_t last_run(SQLite::Database& db, std::int64_t run) {
  const auto last = db.execAndGet(
                          "SELECT max(coalesce((SELECT max(position) FROM messages), 0),"
                          " coalesce((SELECT max(position) FROM receipts), 0),"
                          " coalesce((SELECT max(position) FROM dead_letters), 0))")
                        .getInt64();
  return std::max(static_cast<std::uint64_t>(run), core::run_of(static_cast<std::uint64_t>(last)));
}

void begin_run(SQLite::Database& db, WallTime now, core::Recovered& found) {
  Statements statements(db);
  found.run = last_run(db, statements.meta("run")) + 1;
  found.clean = statements.meta("stopped_clean") != 0;
  found.crashes = static_cast<std::uint64_t>(statements.meta("crashes")) + (found.clean ? 0 : 1);
  statements.set_meta("crashes", stored(found.crashes));
  statements.set_meta("run", stored(found.run));
  statements.set_meta("run_started_at", epoch_ms(now));
  statements.set_meta("stopped_clean", 0);
  statements.set_meta("last_batch", 0);
  SQLite::Statement forget(db, "DELETE FROM retired_versions WHERE until <= ?");
  forget.bind(1, epoch_ms(now));
  forget.exec();
}

/// Senders that are to hear of messages of theirs.
std::vector<std::string> receipts_due(SQLite::Database& db, Millis ttl, WallTime now) {
  SQLite::Statement find(
      db, "SELECT DISTINCT sender FROM receipts WHERE receipt_due AND finished_at > ?");
  find.bind(1, ttl == 0ms ? INT64_MIN : epoch_ms(now - ttl));
  std::vector<std::string> senders;
  while (find.executeStep()) senders.push_back(find.getColumn(0).getString());
  return senders;
}

std::string random_key() {
  std::array<char, mac_key_bytes> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("the system has no random bytes");
  }
  return {bytes.data(), bytes.size()};
}

}  // namespace

core::Recovered recover(SQLite::Database& db, Millis receipt_ttl, WallTime now) {
  core::Recovered found;
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  begin_run(db, now, found);
  found.actors = rows<core::ActorRow>(
      db, "actors", std::string("SELECT ") + actor_columns + " FROM actors", read_actor);
  found.subscriptions = rows<core::SubscriptionRow>(
      db, "subscriptions",
      "SELECT address, topic, subscription_id, durable, acks FROM subscriptions"
      " WHERE address IN (SELECT address FROM actors)",
      read_subscription);
  found.versions = rows<core::Recovered::Version>(
      db, "retired_versions", "SELECT address, version, until, crashes FROM retired_versions",
      [](SQLite::Statement& s) {
        return core::Recovered::Version{s.getColumn(0).getString(),
                                        static_cast<std::uint64_t>(s.getColumn(1).getInt64()),
                                        from_epoch_ms(s.getColumn(2).getInt64()),
                                        static_cast<std::uint64_t>(s.getColumn(3).getInt64())};
      });
  found.receipts_due = receipts_due(db, receipt_ttl, now);
  transaction.commit();
  return found;
}

std::string mac_key(SQLite::Database& db) {
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement find(db, "SELECT value FROM secrets WHERE name = ?");
  find.bindNoCopy(1, mac_key_name);
  if (find.executeStep()) return find.getColumn(0).getString();
  std::string key = random_key();
  SQLite::Statement keep(db, "INSERT INTO secrets (name, value) VALUES (?, ?)");
  keep.bindNoCopy(1, mac_key_name);
  keep.bind(2, key.data(), static_cast<int>(key.size()));
  keep.exec();
  find.reset();
  transaction.commit();
  return key;
}

}  // namespace signal_hub::adapters

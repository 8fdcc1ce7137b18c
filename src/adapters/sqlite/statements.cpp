#include "adapters/sqlite/statements.hpp"

#include <SQLiteCpp/Column.h>

#include <string>
#include <variant>

#include "adapters/sqlite/rows.hpp"
#include "base/limits.hpp"

namespace signal_hub::adapters {
namespace {

/// A statement that is not reset keeps its transaction open, whatever became of it.
class Use {
 public:
  explicit Use(SQLite::Statement& statement) : statement_(statement) { statement_.tryReset(); }
  ~Use() { statement_.tryReset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  SQLite::Statement* operator->() { return &statement_; }
  SQLite::Statement& operator*() { return statement_; }

 private:
  SQLite::Statement& statement_;
};

void run(SQLite::Statement& statement, const std::string& key) {
  Use use(statement);
  use->bindNoCopy(1, key);
  use->exec();
}

void run(SQLite::Statement& statement, const std::string& first, const std::string& second) {
  Use use(statement);
  use->bindNoCopy(1, first);
  use->bindNoCopy(2, second);
  use->exec();
}

std::string insert(const std::string& table, const std::string& columns, const std::string& marks) {
  return "INSERT OR REPLACE INTO " + table + " (" + columns + ") VALUES (" + marks + ")";
}

// In place: REPLACE would move the row to the table's end each time.
constexpr const char* put_actor =
    "INSERT INTO actors (address, capabilities, metadata, identity, connected_as, connection_id,"
    " status, offline_since, registered_at, expires_at, ttl_ms, version, registration,"
    " token_counter, renew_on_heartbeat, crashes, acks, drop_oldest)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (address) DO UPDATE SET capabilities = excluded.capabilities,"
    " metadata = excluded.metadata, identity = excluded.identity,"
    " connected_as = excluded.connected_as, connection_id = excluded.connection_id,"
    " status = excluded.status, offline_since = excluded.offline_since,"
    " registered_at = excluded.registered_at, expires_at = excluded.expires_at,"
    " ttl_ms = excluded.ttl_ms, version = excluded.version,"
    " registration = excluded.registration, token_counter = excluded.token_counter,"
    " renew_on_heartbeat = excluded.renew_on_heartbeat, crashes = excluded.crashes,"
    " acks = excluded.acks, drop_oldest = excluded.drop_oldest";

// Of all retired versions in one go: a few each time, so that no commit is long for them.
constexpr const char* forget_versions =
    "DELETE FROM retired_versions WHERE address IN"
    " (SELECT address FROM retired_versions WHERE until <= ? ORDER BY until LIMIT 10)";

}  // namespace

Statements::Statements(SQLite::Database& db)
    : messages_(db),
      put_actor_(db, put_actor),
      drop_actor_(db, "DELETE FROM actors WHERE address = ?"),
      drop_actors_(db, "DELETE FROM actors"),
      put_subscription_(db,
                        insert("subscriptions", "address, topic, subscription_id, durable, acks",
                               "?, ?, ?, ?, ?")),
      drop_subscription_(db, "DELETE FROM subscriptions WHERE address = ? AND topic = ?"),
      drop_subscriptions_of_(db, "DELETE FROM subscriptions WHERE address = ?"),
      drop_subscriptions_(db, "DELETE FROM subscriptions"),
      put_version_(db,
                   insert("retired_versions", "address, version, until, crashes", "?, ?, ?, ?")),
      drop_version_(db, "DELETE FROM retired_versions WHERE address = ?"),
      forget_versions_(db, forget_versions),
      put_meta_(db, insert("meta", "key, value", "?, ?")),
      get_meta_(db, "SELECT value FROM meta WHERE key = ?") {}

struct Statements::Apply {
  void operator()(const core::ActorRow& e) const { of.write(e); }
  void operator()(const core::ActorGone& e) const { of.write(e); }
  void operator()(const core::SubscriptionRow& e) const { of.write(e); }
  void operator()(const core::SubscriptionGone& e) const { of.write(e); }
  void operator()(const core::StartOver& e) const { of.write(e); }
  template <class Message>
  void operator()(const Message& e) const {
    of.messages_.write(e, at);
  }
  Statements& of;
  WallTime at;
};

void Statements::apply(const core::JournalEntry& entry, WallTime at) {
  std::visit(Apply{*this, at}, entry);
}

void Statements::set_meta(const char* key, std::int64_t value) {
  Use use(put_meta_);
  use->bindNoCopy(1, key);
  use->bind(2, value);
  use->exec();
}

std::int64_t Statements::meta(const char* key) {
  Use use(get_meta_);
  use->bindNoCopy(1, key);
  return use->executeStep() ? use->getColumn(0).getInt64() : 0;
}

void Statements::write(const core::ActorRow& row) {
  {
    Use use(put_actor_);
    bind_actor(*use, row);
    use->exec();
  }
  run(drop_version_, row.address);
}

void Statements::write(const core::ActorGone& gone) {
  run(drop_actor_, gone.address);
  run(drop_subscriptions_of_, gone.address);
  {
    Use use(put_version_);
    use->bindNoCopy(1, gone.address);
    use->bind(2, stored(gone.version));
    use->bind(3, epoch_ms(gone.at + limits::version_kept));
    use->bind(4, stored(gone.crashes));
    use->exec();
  }
  Use use(forget_versions_);
  use->bind(1, epoch_ms(gone.at));
  use->exec();
}

void Statements::write(const core::SubscriptionRow& row) {
  Use use(put_subscription_);
  bind_subscription(*use, row);
  use->exec();
}

void Statements::write(const core::SubscriptionGone& gone) {
  run(drop_subscription_, gone.address, gone.topic);
}

void Statements::write(const core::StartOver&) {
  Use(drop_actors_)->exec();
  Use(drop_subscriptions_)->exec();
}

}  // namespace signal_hub::adapters

// What each kind of journal entry does to the tables, as prepared statements of one connection.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "adapters/sqlite/message_statements.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

/// Every entry may be applied twice in a row with the same outcome, so that a batch whose fate is
/// unknown can be written again. All functions throw SQLite::Exception.
class Statements {
 public:
  explicit Statements(SQLite::Database& db);

  /// `at`: when its batch was taken.
  void apply(const core::JournalEntry& entry, WallTime at);
  MessageStatements& messages() { return messages_; }
  void set_meta(const char* key, std::int64_t value);
  std::int64_t meta(const char* key);

 private:
  struct Apply;
  void write(const core::ActorRow& row);
  void write(const core::ActorGone& gone);
  void write(const core::SubscriptionRow& row);
  void write(const core::SubscriptionGone& gone);
  void write(const core::StartOver& all);

  MessageStatements messages_;
  SQLite::Statement put_actor_;
  SQLite::Statement drop_actor_;
  SQLite::Statement drop_actors_;
  SQLite::Statement put_subscription_;
  SQLite::Statement drop_subscription_;
  SQLite::Statement drop_subscriptions_of_;
  SQLite::Statement drop_subscriptions_;
  SQLite::Statement put_version_;
  SQLite::Statement drop_version_;
  SQLite::Statement forget_versions_;
  SQLite::Statement put_meta_;
  SQLite::Statement get_meta_;
};

}  // namespace signal_hub::adapters

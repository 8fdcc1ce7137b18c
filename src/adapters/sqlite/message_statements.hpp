// What journal entries about messages do to the tables: they wait in `messages`, end in `receipts`,
// and in `dead_letters` as well when they were given up.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/sqlite/prepared.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

/// How many rows a table has, as far as this connection knows.
struct RowCounts {
  std::int64_t receipts = 0;
  std::int64_t dead_letters = 0;
};

/// Every entry may be written twice with the same outcome and the same counts. All functions throw
/// SQLite::Exception. `at` is the batch's time.
class MessageStatements {
 public:
  explicit MessageStatements(SQLite::Database& db);

  void write(const core::MessageRow& row, WallTime at);
  void write(const core::PublicationRow& row, WallTime at);
  void write(const core::PublicationGone& gone, WallTime at);
  void write(const core::MessageAttempt& attempt, WallTime at);
  void write(const core::MessageDone& done, WallTime at);
  void write(const core::MessageDead& dead, WallTime at);
  void write(const core::ReceiptFetched& fetched, WallTime at);
  void write(const core::DeadLetterGone& gone, WallTime at);

  /// Rows that the entries written whole have added and removed since this was last asked.
  RowCounts take_changes();

 private:
  Prepared put_;
  Prepared publish_;
  Prepared unpublish_;
  Prepared attempt_;
  Prepared finish_;
  Prepared finish_dead_;
  Prepared bury_;
  Prepared fetch_;
  Prepared unbury_;
  Prepared drop_;
  RowCounts changes_;
  std::string text_;  // reused
};

}  // namespace signal_hub::adapters

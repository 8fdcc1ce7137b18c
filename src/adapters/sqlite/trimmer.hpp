// Lets go of finished messages and dead letters beyond their ages and numbers, a few in each batch,
// so that no commit is long for it (PROTOCOL.md §7).
#pragma once

#include <cstdint>

#include "adapters/sqlite/message_statements.hpp"
#include "adapters/sqlite/prepared.hpp"
#include "app/retention.hpp"
#include "base/time.hpp"

namespace signal_hub::adapters {

/// All functions throw SQLite::Exception.
class Trimmer {
 public:
  /// Counts the rows there are.
  Trimmer(SQLite::Database& db, const app::Retention& kept);

  /// Within the batch's transaction, after its entries: `changes` are theirs.
  void trim(RowCounts changes, WallTime now);

  /// The transaction is over: what trim() did holds, or has never been.
  void committed();
  void rolled_back();

  /// As they are, or will be when the transaction is over.
  const RowCounts& counts() const { return now_.counts; }
  std::uint64_t dead_letters_evicted() const { return now_.evicted; }

 private:
  struct Known {
    RowCounts counts;
    std::uint64_t evicted = 0;    // dead letters, since the start
    std::int64_t swept_upto = 0;  // receipts up to this position were looked at
  };
  void trim_receipts_by_number(std::int64_t most);
  void trim_receipts_by_age(std::int64_t most, WallTime now);
  void trim_dead_letters(std::int64_t most, WallTime now);

  const app::Retention kept_;
  Prepared first_receipts_;
  Prepared old_receipts_;
  Prepared drop_old_receipts_;
  Prepared oldest_dead_letters_;
  Prepared old_dead_letters_;
  Known settled_;
  Known now_;  // within the transaction
};

}  // namespace signal_hub::adapters

// Writes batches: one batch, one transaction. Lives on the worker that runs the store's write job.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/sqlite/fault.hpp"
#include "adapters/sqlite/message_statements.hpp"
#include "adapters/sqlite/options.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

/// What the file holds.
struct StoredAmounts {
  RowCounts rows;
  std::uint64_t dead_letters_evicted = 0;  // since the start
  std::uint64_t used_bytes = 0;            // of its pages, but for the free ones
};

struct WriteOutcome {
  std::optional<std::string> failure;  // nothing was written, the batch may be tried again
  std::vector<std::uint64_t> refused;  // seqs of entries that can never be written, ascending
  std::uint64_t duration_us = 0;
  int wal_pages = 0;  // in the write-ahead log after it
  std::uint64_t wal_bytes = 0;
  StoredAmounts amounts;
};

/// Not thread-safe: one call at a time.
class Writer {
 public:
  /// Takes the connection that opened the database. Throws SQLite::Exception.
  Writer(const SqliteOptions& options, SQLite::Database db);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// As of the last write that succeeded; at first what the connection has found.
  const StoredAmounts& amounts() const { return amounts_; }

  /// Never throws.
  WriteOutcome write(const core::Batch& batch);

  /// The planner's statistics, then the last connection folds the write-ahead log into the file.
  void close();

 private:
  struct Connection;

  void attempt(const core::Batch& batch, WriteOutcome& outcome);
  bool settle(const core::Batch& batch);
  void write_whole(const core::Batch& batch);
  void write_singly(const core::Batch& batch);
  bool write_one(const core::JournalEntry& entry, WallTime at);
  void finish(const core::Batch& batch);
  void roll_back();
  StoredAmounts measure() const;

  const SqliteOptions options_;
  std::unique_ptr<Connection> connection_;
  std::uint64_t evicted_before_ = 0;  // dead letters, by connections before this one
  StoredAmounts amounts_;
  bool doubtful_ = false;  // the last commit failed in a way that may have written it
  std::vector<std::uint64_t> refused_;
};

}  // namespace signal_hub::adapters

// Copies the write-ahead log into the database and cuts it, on a connection of its own, so that
// commits do not wait. Lives on the worker that runs the store's upkeep job.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <string>

namespace signal_hub::adapters {

struct CheckpointOutcome {
  bool held = false;  // somebody still reads the log, or writes
  std::uint64_t wal_bytes = 0;
};

/// Not thread-safe: one call at a time. Never throws: what the disk refuses the writer reports.
class Upkeep {
 public:
  explicit Upkeep(std::string path) : path_(std::move(path)) {}

  /// Copies what nobody needs in the log any more; nobody waits for it.
  CheckpointOutcome copy();

  /// Copies all and cuts the log to nothing. Does not wait for others, but writers wait for it.
  CheckpointOutcome cut();

  void close() { db_.reset(); }

 private:
  CheckpointOutcome checkpoint(int mode);

  std::string path_;
  std::optional<SQLite::Database> db_;  // opened when first needed
};

}  // namespace signal_hub::adapters

#include "adapters/sqlite/upkeep.hpp"

#include <sqlite3.h>

#include <exception>

#include "adapters/sqlite/database.hpp"

namespace signal_hub::adapters {

CheckpointOutcome Upkeep::copy() { return checkpoint(SQLITE_CHECKPOINT_PASSIVE); }

CheckpointOutcome Upkeep::cut() { return checkpoint(SQLITE_CHECKPOINT_TRUNCATE); }

CheckpointOutcome Upkeep::checkpoint(int mode) {
  CheckpointOutcome outcome;
  try {
    if (!db_) db_.emplace(open_checkpointer(path_));
    const int code = sqlite3_wal_checkpoint_v2(db_->getHandle(), nullptr, mode, nullptr, nullptr);
    outcome.held = code == SQLITE_BUSY;
    if (code != SQLITE_OK && !outcome.held) db_.reset();
  } catch (const std::exception&) {
    db_.reset();
  }
  outcome.wal_bytes = wal_bytes(path_);
  return outcome;
}

}  // namespace signal_hub::adapters

// A copy of the database as of one moment, taken by another process while a hub writes.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace signal_hub::adapters {

struct BackupFault {
  std::string sentence;  // without its end
  bool database;         // it is the database that cannot be read, not the copy that cannot be made
};

/// Returns the copy's bytes. The copy has passed integrity_check, is one file of mode 0640, and has
/// been synced; after a fault there is none. A file that exists is never touched.
Result<std::uint64_t, BackupFault> back_up(const std::string& database, const std::string& file);

}  // namespace signal_hub::adapters

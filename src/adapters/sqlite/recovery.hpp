// What a start reads, and how it marks that it runs.
#pragma once

#include <SQLiteCpp/Database.h>

#include <string>

#include "base/time.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

/// Raises the run number, remembers that this run has not stopped clean yet, and reads everything
/// but the messages (message_recovery.hpp). Versions whose time is over are dropped, receipts older
/// than `receipt_ttl` (0: none is) are nobody's any more; core judges the rest.
/// Throws SQLite::Exception. REQUIRES: migrated.
core::Recovered recover(SQLite::Database& db, Millis receipt_ttl, WallTime now);

/// The key of renewal tokens: random bytes made once per database. Throws SQLite::Exception.
std::string mac_key(SQLite::Database& db);

}  // namespace signal_hub::adapters

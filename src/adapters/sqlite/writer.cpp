#include "adapters/sqlite/writer.hpp"

#include <sqlite3.h>

#include <chrono>
#include <exception>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/statements.hpp"
#include "adapters/sqlite/trimmer.hpp"

namespace signal_hub::adapters {
namespace {

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point began) {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<microseconds>(steady_clock::now() - began).count());
}

}  // namespace

struct Writer::Connection {
  Connection(SQLite::Database opened, const SqliteOptions& options)
      : db(std::move(opened)),
        statements(db),
        trimmer(db, options.kept),
        page_bytes(static_cast<std::uint64_t>(pragma_number(db, "page_size"))),
        pages(db, "PRAGMA page_count"),
        free_pages(db, "PRAGMA freelist_count") {
    sqlite3_wal_hook(
        db.getHandle(),
        [](void* wal, sqlite3*, const char*, int count) {
          *static_cast<int*>(wal) = count;
          return SQLITE_OK;
        },
        &wal_pages);
  }
  SQLite::Database db;
  Statements statements;
  Trimmer trimmer;
  const std::uint64_t page_bytes;
  Prepared pages;
  Prepared free_pages;
  int wal_pages = 0;
};

Writer::Writer(const SqliteOptions& options, SQLite::Database db)
    : options_(options),
      connection_(std::make_unique<Connection>(std::move(db), options)),
      amounts_(measure()) {}

Writer::~Writer() = default;

WriteOutcome Writer::write(const core::Batch& batch) {
  const auto began = std::chrono::steady_clock::now();
  WriteOutcome outcome;
  try {
    attempt(batch, outcome);
  } catch (const SQLite::Exception& error) {
    const Fault fault = fault_of(error);
    outcome.failure = fault.reason;
    roll_back();
    if (fault.kind == Fault::Kind::connection) doubtful_ = true;
  } catch (const std::exception& error) {
    outcome.failure = error.what();
    roll_back();
  }
  if (!outcome.failure) outcome.wal_pages = connection_->wal_pages;
  outcome.amounts = amounts_;
  outcome.wal_bytes = wal_bytes(options_.path);
  outcome.duration_us = microseconds_since(began);
  return outcome;
}

void Writer::attempt(const core::Batch& batch, WriteOutcome& outcome) {
  if (!doubtful_ || !settle(batch)) {
    refused_.clear();
    try {
      write_whole(batch);
    } catch (const SQLite::Exception& error) {
      if (fault_of(error).kind != Fault::Kind::row) throw;
      roll_back();
      write_singly(batch);
    }
  }
  outcome.refused = refused_;
}

/// True: the batch is in. What the failed call left in the system's cache is not believed: a disk
/// that failed to take pages forgets them (and the log's checksums chain). A checkpoint writes the
/// whole log anew into the database file and starts the log over.
bool Writer::settle(const core::Batch& batch) {
  auto fresh =
      std::make_unique<Connection>(open_writer(options_.path, options_.full_durability), options_);
  evicted_before_ = amounts_.dead_letters_evicted;
  connection_ = std::move(fresh);
  sqlite3* handle = connection_->db.getHandle();
  const int code =
      sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK) throw SQLite::Exception(handle, code);
  const auto last = static_cast<std::uint64_t>(connection_->statements.meta("last_batch"));
  doubtful_ = false;
  return last == batch.seq;
}

void Writer::write_whole(const core::Batch& batch) {
  connection_->db.exec("BEGIN IMMEDIATE");
  for (const core::Batch::Entry& entry : batch.entries) {
    connection_->statements.apply(entry.entry, batch.at);
  }
  finish(batch);
}

void Writer::write_singly(const core::Batch& batch) {
  connection_->db.exec("BEGIN IMMEDIATE");
  for (const core::Batch::Entry& entry : batch.entries) {
    if (!write_one(entry.entry, batch.at)) refused_.push_back(entry.seq);
  }
  finish(batch);
}

/// False: it can never be written; the transaction goes on without it.
bool Writer::write_one(const core::JournalEntry& entry, WallTime at) {
  SQLite::Database& db = connection_->db;
  db.exec("SAVEPOINT entry");
  try {
    connection_->statements.apply(entry, at);
  } catch (const SQLite::Exception& error) {
    if (fault_of(error).kind != Fault::Kind::row) throw;
    db.exec("ROLLBACK TO entry");
    db.exec("RELEASE entry");
    return false;
  }
  db.exec("RELEASE entry");
  return true;
}

void Writer::finish(const core::Batch& batch) {
  Connection& c = *connection_;
  c.trimmer.trim(c.statements.messages().take_changes(), batch.aged_at);
  c.statements.set_meta("last_batch", static_cast<std::int64_t>(batch.seq));
  if (batch.last) c.statements.set_meta("stopped_clean", 1);
  const StoredAmounts amounts = measure();
  c.db.exec("COMMIT");
  c.trimmer.committed();
  amounts_ = amounts;
}

/// Some errors have rolled back already.
void Writer::roll_back() {
  if (sqlite3_get_autocommit(connection_->db.getHandle()) == 0) {
    connection_->db.tryExec("ROLLBACK");
  }
  connection_->statements.messages().take_changes();
  connection_->trimmer.rolled_back();
}

StoredAmounts Writer::measure() const {
  const auto number = [](Prepared& statement) {
    ResetAtEnd at_end(statement);
    return statement.step() ? static_cast<std::uint64_t>(statement.number(0)) : 0;
  };
  Connection& c = *connection_;
  return {c.trimmer.counts(), evicted_before_ + c.trimmer.dead_letters_evicted(),
          (number(c.pages) - number(c.free_pages)) * c.page_bytes};
}

void Writer::close() {
  if (connection_) connection_->db.tryExec("PRAGMA optimize");
  connection_.reset();
}

}  // namespace signal_hub::adapters

#include "adapters/sqlite/writer.hpp"

#include <sqlite3.h>

#include <chrono>
#include <exception>

#include "adapters/sqlite/database.hpp"

namespace signal_hub::adapters {
namespace {

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point began) {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<microseconds>(steady_clock::now() - began).count());
}

}  // namespace

struct Writer::Connection {
  explicit Connection(SQLite::Database opened) : db(std::move(opened)), statements(db) {
    sqlite3_wal_hook(
        db.getHandle(),
        [](void* pages, sqlite3*, const char*, int count) {
          *static_cast<int*>(pages) = count;
          return SQLITE_OK;
        },
        &wal_pages);
  }
  SQLite::Database db;
  Statements statements;
  int wal_pages = 0;
};

Writer::Writer(const SqliteOptions& options, SQLite::Database db)
    : path_(options.path),
      full_durability_(options.full_durability),
      connection_(std::make_unique<Connection>(std::move(db))) {}

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
  outcome.wal_bytes = wal_bytes(path_);
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
  auto fresh = std::make_unique<Connection>(open_writer(path_, full_durability_));
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
  for (const core::Batch::Entry& entry : batch.entries) connection_->statements.apply(entry.entry);
  finish(batch);
}

void Writer::write_singly(const core::Batch& batch) {
  connection_->db.exec("BEGIN IMMEDIATE");
  for (const core::Batch::Entry& entry : batch.entries) {
    if (!write_one(entry.entry)) refused_.push_back(entry.seq);
  }
  finish(batch);
}

/// False: it can never be written; the transaction goes on without it.
bool Writer::write_one(const core::JournalEntry& entry) {
  SQLite::Database& db = connection_->db;
  db.exec("SAVEPOINT entry");
  try {
    connection_->statements.apply(entry);
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
  connection_->statements.set_meta("last_batch", static_cast<std::int64_t>(batch.seq));
  if (batch.last) connection_->statements.set_meta("stopped_clean", 1);
  connection_->db.exec("COMMIT");
}

/// Some errors have rolled back already.
void Writer::roll_back() {
  if (sqlite3_get_autocommit(connection_->db.getHandle()) == 0) {
    connection_->db.tryExec("ROLLBACK");
  }
}

void Writer::close() {
  if (connection_) connection_->db.tryExec("PRAGMA optimize");
  connection_.reset();
}

}  // namespace signal_hub::adapters

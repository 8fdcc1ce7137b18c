// The store's port: where journal batches become durable (DESIGN.md, "The shape").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/histogram.hpp"
#include "base/time.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::app {

/// What the store reports; called on the loop from poll(), never from another call.
class StoreEvents {
 public:
  virtual ~StoreEvents() = default;

  /// Everything up to `seq` is on disk but for the entries named by `refused`, which the store
  /// can never take (ascending). After failures: it writes again.
  virtual void durable(std::uint64_t seq, const std::vector<std::uint64_t>& refused) = 0;

  /// The batch in flight could not be written and is kept; it is tried again with growing pauses.
  /// Once per failed attempt.
  virtual void write_failed(const std::string& reason) = 0;

  virtual void loaded(core::Loaded rows) = 0;

  /// The write-ahead log has passed its limit because somebody reads an old state of it, or is
  /// below it again.
  virtual void wal_pinned(bool pinned, std::uint64_t bytes) = 0;

  /// A search of the whole file, which went on while the hub served, has found damage. Once.
  virtual void corrupt(const std::string& reason) { static_cast<void>(reason); }
};

/// Figures for /metrics and /health.
struct StoreFigures {
  bool persistent = false;  // false: nothing survives, by choice
  bool wal_pinned = false;
  std::uint64_t commits = 0;
  std::uint64_t rows_written = 0;
  std::uint64_t rows_refused = 0;
  std::uint64_t write_failures = 0;
  std::uint64_t wal_bytes = 0;
  std::uint64_t db_bytes = 0;  // pages in use, and the write-ahead log
  std::uint64_t receipts = 0;  // rows: finished messages and reliable publications
  std::uint64_t dead_letters = 0;
  std::uint64_t dead_letters_evicted = 0;  // since the start
  DurationHistogram commit_durations;
};

class Store {
 public:
  virtual ~Store() = default;

  /// Another batch may be submitted: at most one is in flight, one that failed included.
  virtual bool ready() const = 0;

  /// Never blocks. The loop is woken when its outcome can be polled. REQUIRES: ready().
  virtual void submit(core::Batch batch) = 0;

  /// Never blocks; answered through loaded(). Several may be outstanding.
  virtual void load(core::LoadRequest request) = 0;

  /// Reports through `events` what has happened since the last call.
  virtual void poll(StoreEvents& events) = 0;

  virtual const StoreFigures& figures() const = 0;
};

}  // namespace signal_hub::app

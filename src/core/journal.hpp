// Journal: state changes awaiting durability (DESIGN.md, "The shape").
//
// One append per state change; what concerns the same row is coalesced while it waits. The turn
// takes a batch for the store, which reports durable(seq) when it is on disk. Bounded: when the
// store has not taken anything for long, the rows of actors and subscriptions are let go, and the
// next batch starts over with all there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/string_map.hpp"
#include "base/time.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::core {

class Journal {
 public:
  /// A later entry for the same row replaces an earlier one that still waits, but never across the
  /// end of an actor, which what follows must not precede. Returns the entry's number.
  std::uint64_t append(JournalEntry entry, MonoTime now);

  /// As append(), and somebody waits for it: it is not held back for the interval.
  std::uint64_t append_urgent(JournalEntry entry, MonoTime now);

  /// Somebody waits for what was appended so far.
  void hurry() { urgent_ = durable_ < last_; }

  bool empty() const { return waiting_.empty() && !starting_over_; }
  std::size_t backlog() const { return waiting_.size(); }
  bool urgent() const { return urgent_; }

  /// More than this may not wait; 0: no limit.
  void limit(std::size_t entries) { limit_ = entries; }

  /// Rows were let go: before the next batch all actors and subscriptions are to be appended again,
  /// between begin_again() and the batch.
  bool starting_over() const { return starting_over_; }
  void begin_again(MonoTime now);

  /// Everything that waits, oldest first. REQUIRES: !empty() and !starting_over().
  Batch take_batch();

  /// The batch that ends a clean run; may be empty. REQUIRES: !starting_over().
  Batch take_last_batch();

  /// All entries up to `seq` are on disk.
  void confirm(std::uint64_t seq) { durable_ = seq; }

  std::uint64_t last_seq() const { return last_; }
  std::uint64_t durable_seq() const { return durable_; }

  /// When the oldest entry that waits, or is on its way to the disk, was appended; `never` if none.
  MonoTime oldest() const { return durable_ < taken_ ? in_flight_since_ : oldest_; }

  /// When the oldest entry that waits was appended; `never` if none does.
  MonoTime waiting_since() const { return oldest_; }

 private:
  Batch::Entry* replaced_by(const JournalEntry& entry);
  void let_go();

  std::vector<Batch::Entry> waiting_;
  StringMap<std::size_t> place_;  // row → index in waiting_
  MonoTime oldest_ = never;
  MonoTime in_flight_since_ = never;
  std::uint64_t last_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t durable_ = 0;
  std::size_t limit_ = 0;
  bool urgent_ = false;
  bool starting_over_ = false;
  bool rebuilding_ = false;  // between begin_again() and the batch: all there is may wait
};

}  // namespace signal_hub::core

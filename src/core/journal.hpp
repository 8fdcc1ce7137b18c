// Journal: state changes awaiting durability (DESIGN.md, "The shape").
//
// One append per state change, as plain values; what concerns the same row is coalesced while it
// waits. The turn takes a batch for the store, which reports durable(seq) when it is on disk.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/string_map.hpp"
#include "base/time.hpp"

namespace signal_hub::core {

struct ActorRow {
  std::string address;
  std::vector<std::string> capabilities;
  std::string metadata;  // JSON object
  WallTime registered_at;
  WallTime expires_at;
  Millis ttl;
  std::uint64_t version;
  std::uint64_t registration;
  std::uint64_t token_counter;
  bool renew_on_heartbeat;
};

/// The actor and all its subscriptions.
struct ActorGone {
  std::string address;
  std::uint64_t version;  // its last
};

struct SubscriptionRow {
  std::string address;
  std::string topic;
  std::string public_id;
};

struct SubscriptionGone {
  std::string address;
  std::string topic;
};

using JournalEntry = std::variant<ActorRow, ActorGone, SubscriptionRow, SubscriptionGone>;

/// What one transaction writes. Immutable once taken; may cross threads.
struct Batch {
  std::uint64_t seq = 0;  // of its last entry
  std::vector<JournalEntry> entries;
};

class Journal {
 public:
  /// A later entry for the same row replaces an earlier one that still waits, but never across the
  /// end of an actor, which what follows must not precede.
  void append(JournalEntry entry, MonoTime now);

  bool empty() const { return waiting_.empty(); }
  std::size_t backlog() const { return waiting_.size(); }

  /// Everything that waits, oldest first. REQUIRES: !empty().
  Batch take_batch();

  /// All entries up to `seq` are on disk.
  void confirm(std::uint64_t seq) { durable_ = seq; }

  std::uint64_t last_seq() const { return last_; }
  std::uint64_t durable_seq() const { return durable_; }

  /// When the oldest entry that waits was appended; `never` if none does.
  MonoTime oldest() const { return oldest_; }

 private:
  std::vector<JournalEntry> waiting_;
  StringMap<std::size_t> place_;  // row → index in waiting_
  MonoTime oldest_ = never;
  std::uint64_t last_ = 0;
  std::uint64_t durable_ = 0;
};

}  // namespace signal_hub::core

// What the journal records and the store writes: plain values, one per state change, and what a
// restart reads back (DESIGN.md, durability contract).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"

namespace signal_hub::core {

/// How an address is held.
enum class ActorStatus : std::uint8_t {
  online,   // by a session
  away,     // registered, its session was lost: kept for the grace
  dormant,  // not registered any more, kept for its durable subscriptions
};

std::string_view name(ActorStatus status);

struct ActorRow {
  std::string address;
  std::vector<std::string> capabilities;
  std::string metadata;       // JSON object
  std::string identity;       // of the session that holds or held it
  std::string connected_as;   // and what that session first called itself
  std::string connection_id;  // its session id
  ActorStatus status = ActorStatus::online;
  std::optional<WallTime> offline_since;  // while it is not online
  WallTime registered_at;
  WallTime expires_at;
  Millis ttl;
  std::uint64_t version;
  std::uint64_t registration;
  std::uint64_t token_counter;
  bool renew_on_heartbeat;
  bool acks = false;          // it acknowledges reliable messages
  bool drop_oldest = false;   // when its queue is full, instead of refusing
  std::uint64_t crashes = 0;  // of the hub, when this was recorded
};

/// The actor and all its subscriptions. Its version is kept for a day.
struct ActorGone {
  std::string address;
  std::uint64_t version;  // its last
  WallTime at;
  std::uint64_t crashes = 0;  // of the hub, when this was recorded
};

struct SubscriptionRow {
  std::string address;
  std::string topic;
  std::string public_id;
  bool durable = false;
  bool acks = false;  // reliable publications are acknowledged
};

struct SubscriptionGone {
  std::string address;
  std::string topic;
};

/// A message that waits for an actor. `position` orders all of them and is never used again: the
/// run number in the upper 32 bits, a counter in the lower.
struct MessageRow {
  std::uint64_t position;
  std::string target;
  std::string sender;
  std::string message_id;  // the sender's
  std::string tail;        // the forwarded message without `{`, id and to
  WallTime accepted_at;
  std::optional<WallTime> expires_at;
  bool promised = false;      // the sender was told that it is stored
  bool reliable = false;      // delivered until it is acknowledged; its id is remembered
  bool asked = false;         // the sender wants to hear what became of it
  std::uint8_t priority = 1;  // 0 goes first
  std::string topic{};        // the subscription's, of a publication
};

/// A reliable publication: its id is remembered, and what it was answered. The rows of those it is
/// stored for follow at the next positions.
struct PublicationRow {
  std::uint64_t position;
  std::string topic;
  std::string sender;
  std::string message_id;
  WallTime accepted_at;
  std::uint64_t subscribers;
  std::uint64_t stored;
};

/// It was answered as refused after all: it is not remembered.
struct PublicationGone {
  std::uint64_t position;
};

/// An attempt to deliver it has failed; it waits for the next.
struct MessageAttempt {
  std::uint64_t position;
  std::uint32_t attempts;  // so far
  WallTime attempted_at;
  std::string last_error;
  std::string trail;  // JSON array of {at, event, detail}: failures so far, the newest of them
};

/// How a message ended that was not given up.
enum class DeliveryOutcome : std::uint8_t {
  delivered,     // its bytes left for a target that acknowledges nothing
  acknowledged,  // the target said so
};

std::string_view name(DeliveryOutcome outcome);

/// It has arrived. The row moves to the finished ones.
struct MessageDone {
  std::uint64_t position;
  DeliveryOutcome outcome;
  std::uint32_t attempts;
  std::optional<WallTime> attempted_at;
  WallTime at;
  bool receipt_due = false;  // the sender is to hear of it
};

/// It will not be delivered; the row moves to the dead letters, and to the finished ones as well.
struct MessageDead {
  std::uint64_t position;
  std::string reason;
  WallTime at;
  bool receipt_due = false;
};

/// The sender was told what became of it.
struct ReceiptFetched {
  std::uint64_t position;
};

/// It was taken out of the dead letters by an operator.
struct DeadLetterGone {
  std::uint64_t position;
};

/// Whatever the store has, the entries that follow are everything.
struct StartOver {};

using JournalEntry =
    std::variant<ActorRow, ActorGone, SubscriptionRow, SubscriptionGone, MessageRow, PublicationRow,
                 PublicationGone, MessageAttempt, MessageDone, MessageDead, ReceiptFetched,
                 DeadLetterGone, StartOver>;

/// What one transaction writes. Immutable once taken; may cross threads.
struct Batch {
  struct Entry {
    std::uint64_t seq;
    JournalEntry entry;
  };
  std::uint64_t seq = 0;  // of its last entry; rises from batch to batch
  std::vector<Entry> entries;
  bool last = false;   // the hub stops: what is written now is all there is
  WallTime at{};       // when it was taken, written as the time its messages were stored
  WallTime aged_at{};  // what is kept for a time is as old as this says: no jump of a clock ages it
};

/// What a start finds.
struct Recovered {
  struct Version {
    std::string address;
    std::uint64_t version;
    WallTime until;
    std::uint64_t crashes = 0;  // when it was recorded
  };
  std::uint64_t run = 1;      // rises with every start
  bool clean = true;          // the run before ended with a last batch, or there was none
  std::uint64_t crashes = 0;  // runs that did not, so far
  std::vector<ActorRow> actors;
  std::vector<SubscriptionRow> subscriptions;  // of those actors
  std::vector<Version> versions;               // of removed addresses
  std::vector<std::string> receipts_due;       // senders that have not heard all
};

/// A message a start finds, one that waits or a reliable one whose id is remembered still. There
/// may be a million: they come in portions, by position.
struct RecoveredMessage {
  std::uint64_t position;
  std::string target;
  std::string sender;
  std::string message_id;
  WallTime accepted_at;
  bool waiting;   // else finished
  bool reliable;  // remembered
  // Of waiting ones.
  bool promised = false;
  bool asked = false;
  bool publication = false;  // its topic is not empty
  std::uint8_t priority = 1;
  std::uint32_t attempts = 0;
  std::size_t bytes = 0;  // of the tail
  std::optional<WallTime> expires_at{};
  std::string tail{};   // if not promised: it is no longer in the store
  std::string topic{};  // if not promised
};

/// Who takes them.
class RecoveredMessages {
 public:
  virtual ~RecoveredMessages() = default;
  virtual void take(std::span<RecoveredMessage> messages) = 0;
};

/// What became of it.
struct Restored {
  std::size_t actors = 0;  // registered ones, away now
  std::size_t dormant = 0;
  std::size_t subscriptions = 0;
  std::size_t messages = 0;
  std::size_t expired = 0;  // actors and messages that ended while the hub was down
  Millis grace{0};          // how long the actors may stay away
};

/// Asks the store; answered by Loaded with the same id.
struct LoadRequest {
  /// Waiting messages with their texts.
  struct Texts {
    std::vector<std::uint64_t> positions;
  };
  /// Finished messages whose sender is to hear of them, oldest first, behind position `after`.
  struct Receipts {
    std::string sender;
    std::size_t most;
    std::uint64_t after = 0;
  };
  /// What is known of the messages at these positions, wherever they are.
  struct Range {
    std::uint64_t first;
    std::uint64_t last;
  };
  /// What is known of the messages with this id, looked for in all there is; slow.
  struct Search {
    std::string message_id;
    std::optional<std::string> sender;  // nullopt: anybody
    std::size_t most;
  };
  std::uint64_t id;  // the asker's
  std::variant<Texts, Receipts, Range, Search> what;
};

/// A message as the store knows it.
struct StoredMessage {
  enum class Place : std::uint8_t { waiting, finished, dead, publication };
  std::uint64_t position = 0;
  Place place = Place::waiting;
  std::string target;  // of a publication as such: the topic
  std::string sender;
  std::string message_id;
  std::string topic;
  WallTime accepted_at{};
  std::optional<WallTime> stored_at{};
  std::optional<WallTime> expires_at{};
  std::optional<WallTime> attempted_at{};  // the last time
  std::optional<WallTime> finished_at{};
  std::uint32_t attempts = 0;
  bool promised = true;
  bool reliable = false;
  bool asked = false;
  std::uint8_t priority = 1;
  std::string outcome;            // finished and dead: delivered, acknowledged, dead_lettered
  std::string reason;             // of a dead one
  std::string last_error;         // of the last attempt that failed
  std::string trail = "[]";       // JSON array of {at, event, detail}
  std::uint64_t subscribers = 0;  // of a publication
  std::uint64_t stored = 0;       // of a publication: for whom it was stored
  std::string tail{};             // texts and dead letters only
};

struct Loaded {
  std::uint64_t id;
  std::vector<StoredMessage> rows;  // those that exist, by position
  bool failed = false;              // the store could not be read: ask again later
};

}  // namespace signal_hub::core

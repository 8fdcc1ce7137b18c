// What the journal records and the store writes: plain values, one per state change, and what a
// restart reads back (DESIGN.md, durability contract).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
  bool promised = false;  // the sender was told that it is stored
};

/// It was delivered, or expired.
struct MessageGone {
  std::uint64_t position;
};

/// It will not be delivered; the row moves to the dead letters.
struct MessageDead {
  std::uint64_t position;
  std::string reason;
  WallTime at;
};

/// Whatever the store has, the entries that follow are everything.
struct StartOver {};

using JournalEntry = std::variant<ActorRow, ActorGone, SubscriptionRow, SubscriptionGone,
                                  MessageRow, MessageGone, MessageDead, StartOver>;

/// What one transaction writes. Immutable once taken; may cross threads.
struct Batch {
  struct Entry {
    std::uint64_t seq;
    JournalEntry entry;
  };
  std::uint64_t seq = 0;  // of its last entry; rises from batch to batch
  std::vector<Entry> entries;
  bool last = false;  // the hub stops: what is written now is all there is
};

/// What a start finds.
struct Recovered {
  struct Version {
    std::string address;
    std::uint64_t version;
    WallTime until;
    std::uint64_t crashes = 0;  // when it was recorded
  };
  /// A message that waits. The text of a promised one stays on disk until it is asked for. The
  /// others are no longer there: they come with their text, and go with the next crash.
  struct Waiting {
    std::uint64_t position;
    std::string target;
    std::string sender;
    std::string message_id;
    std::size_t bytes;  // of the tail
    std::optional<WallTime> expires_at;
    bool promised;
    std::string tail{};  // if not promised
  };
  std::uint64_t run = 1;      // rises with every start
  bool clean = true;          // the run before ended with a last batch, or there was none
  std::uint64_t crashes = 0;  // runs that did not, so far
  std::vector<ActorRow> actors;
  std::vector<SubscriptionRow> subscriptions;  // of those actors
  std::vector<Version> versions;               // of removed addresses
  std::vector<Waiting> messages;               // by position
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

/// Asks for the texts of an actor's waiting messages.
struct LoadRequest {
  std::uint64_t id;  // the asker's
  std::vector<std::uint64_t> positions;
};

struct Loaded {
  struct Row {
    std::uint64_t position;
    std::string tail;
  };
  std::uint64_t id;
  std::vector<Row> rows;  // those that exist
  bool failed = false;    // the store could not be read: ask again later
};

}  // namespace signal_hub::core

// Figures of the hub since its start, as one value: for /metrics, /health and hub:metrics.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "base/histogram.hpp"
#include "wire/requests.hpp"

namespace signal_hub::core {

/// Why a message was dropped instead of delivered; each has a counter.
enum class DropReason : std::uint8_t {
  expired,         // ttl passed
  unknown_target,  // a tell to nobody
  target_gone,     // the target left before its frame was written
  slow_consumer,   // discarded with a slow consumer's outbox
  replaced,        // discarded when the address moved to another session
  unsubscribed,    // a fan-out's recipient left before its slice
  oversized,       // over the size limit, never parsed
  mailbox_full,    // the oldest in a mailbox made room, or a new one found none
  memory_limit,    // mailboxes made room when --memory-limit was reached
  overflow,        // the oldest promised one made room, as its target registered for
  max_attempts,    // a reliable message failed too often
  session_ended,   // came from a session that is ending, or waited behind its fan-out
  asker_gone,      // an answer whose asker has gone
  count_,
};
std::string_view name(DropReason reason);

/// Why an upgrade was refused.
enum class RefusalReason : std::uint8_t {
  per_ip,
  rate,
  full,
  draining,
  origin,     // Origin or Host is not one that may connect
  handshake,  // no WebSocket handshake the hub speaks
  no_room,    // closed unheard: no descriptor, or far over --max-connections
  count_,
};
std::string_view name(RefusalReason reason);

/// How a connection ended: what the client or the network did, or why the hub ended it.
enum class Outcome : std::uint8_t {
  closed,           // by the client's close frame
  connection_lost,  // without one
  disconnect,       // by hub:disconnect
  duplicate_connection,
  idle,
  slow_consumer,
  token_expired,
  connect_timeout,
  unauthorized,
  version_mismatch,
  bad_frames,
  invalid_utf8,
  message_too_large,
  server_shutdown,
  admin,
  other,
  count_,
};
std::string_view name(Outcome outcome);

/// The outcome of that name, else `other`.
Outcome outcome_named(std::string_view trigger);

/// What a forwarded message was.
enum class DeliveryKind : std::uint8_t { send, broadcast, publish, mailbox, count_ };
std::string_view name(DeliveryKind kind);

template <class Enumeration>
using CountersBy = std::array<std::uint64_t, static_cast<std::size_t>(Enumeration::count_)>;

inline constexpr std::size_t request_type_count = std::variant_size_v<wire::Request>;
inline constexpr std::size_t error_code_count =
    static_cast<std::size_t>(ErrorCode::message_too_large) + 1;

struct Stats {
  std::uint64_t connections_opened = 0;
  std::uint64_t connections_closed = 0;
  CountersBy<Outcome> closed{};
  CountersBy<RefusalReason> refused{};
  std::array<std::uint64_t, request_type_count> received_by_type{};
  std::uint64_t messages_received = 0;
  std::uint64_t messages_sent = 0;  // frames put into outboxes, answers included
  std::uint64_t deliveries = 0;     // forwarded messages among them
  CountersBy<DeliveryKind> deliveries_by_kind{};
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;  // handed over to the transport
  std::array<std::uint64_t, error_code_count> errors{};
  std::array<std::uint64_t, request_type_count + 1> failed_by_type{};  // the last: of no known type
  CountersBy<DropReason> dropped{};
  std::uint64_t pauses = 0;
  std::uint64_t slow_consumers = 0;
  std::uint64_t duplicates_answered = 0;  // retried requests
  std::uint64_t stored = 0;               // messages taken into storage
  std::uint64_t dead_lettered = 0;
  std::uint64_t attempts = 0;      // to deliver reliable messages
  std::uint64_t acknowledged = 0;  // reliable messages their targets acknowledged
  std::uint64_t ack_timeouts = 0;
  std::uint64_t nacks = 0;
  std::uint64_t attempts_lost = 0;  // the socket ended before the ack
  std::uint64_t unknown_acks = 0;   // of what was not outstanding
  std::uint64_t breakers_opened = 0;
  std::uint64_t receipts_fetched = 0;  // told to senders that had been away
  std::uint64_t journal_restarts = 0;  // the backlog passed its limit and was let go
  LifeHistogram connection_durations;
  WayHistogram delivery_durations;  // from the message's arrival until the transport had it
  WayHistogram round_trips;         // of pings
  WallTime started{};
  // now
  std::size_t connections = 0;
  std::size_t sessions_connected = 0;
  std::size_t sessions_stale = 0;  // no message either way for --stale-after
  std::size_t actors = 0;
  std::size_t actors_away = 0;
  std::size_t actors_dormant = 0;
  std::size_t mail_messages = 0;  // waiting in mailboxes
  std::size_t acks_pending = 0;   // reliable messages that are out
  std::size_t retries_pending = 0;
  std::size_t remembered_ids = 0;  // of reliable messages
  std::size_t journal_backlog = 0;
  std::size_t commit_waits = 0;  // answers waiting for a commit
  Millis journal_lag{0};         // age of the oldest change not on disk
  std::size_t topics = 0;        // names and patterns with a subscriber
  std::size_t subscriptions = 0;
  std::size_t queued_frames = 0;  // in outboxes
  std::size_t queued_bytes = 0;
  std::size_t reassembly_bytes = 0;
  std::size_t running_fanouts = 0;
  std::size_t dedupe_entries = 0;
  double messages_per_second = 0;  // received, over the last 10 s
  std::uint32_t connection_attempts_minute = 0;
  bool store_failing = false;     // nothing is promised
  std::size_t breakers_open = 0;  // targets whose deliveries are suspended
  bool draining = false;
};

}  // namespace signal_hub::core
